// What there is to do: the exercises and the plans, with all their words in one language.

import { figureIds } from '../figures'
import { call } from './api'
import { list, nullable, number, object, oneOf, string, withDefault, type Checked } from './validate'

export const sides = ['left', 'right'] as const
const side = oneOf(...sides)
export type Side = Checked<typeof side>

const texts = withDefault(list(string), [])

const dose = object({
  id: string,
  name: withDefault(string, ''),
  min_s: nullable(number),
  max_s: nullable(number),
  reps_min: nullable(number),
  reps_max: nullable(number),
  sets: withDefault(number, 1),
})
export type Dose = Checked<typeof dose>

const lesson = object({
  id: string,
  version: number,
  title: string,
  equipment: withDefault(string, 'roller'),
  posture: withDefault(string, 'supine'),
  sides: withDefault(list(side), []),
  level: withDefault(string, 'beginner'),
  why: texts,
  steps: texts,
  mistakes: texts,
  cannot_verify: texts,
  doses: withDefault(list(dose), []),
})
/** An exercise as it is taught. */
export type Lesson = Checked<typeof lesson>

const planStep = object({ exercise: string, title: string, side: nullable(side), seconds: nullable(number), reps: nullable(number) })
export type PlanStep = Checked<typeof planStep>

const plan = object({ aim: string, title: string, text: withDefault(string, ''), minutes: number, steps: list(planStep) })
export type Plan = Checked<typeof plan>

export interface Catalogue {
  /** Names what it was asked for: another language or other means make another catalogue. */
  key: string
  lessons: Lesson[]
  plans: Plan[]
}

/** What plans may hold. */
export interface Means {
  ball: boolean
  experienced: boolean
}

/** The things that somebody has for a plan, as the server names them. */
export const equipmentOf = (means: Means): string[] => (means.ball ? ['roller', 'ball'] : ['roller'])

export const keyOf = (language: string, means: Means): string => [language, means.ball, means.experienced].join()

/** Asks the server what there is to do, in a language. Throws ApiError, or Malformed. */
export async function getCatalogue(language: string, means: Means): Promise<Catalogue> {
  const ask = async (path: string, query: Record<string, string> = {}): Promise<unknown> =>
    (await call(`${path}?${new URLSearchParams({ language, ...query })}`)).json()
  const wishes = { equipment: equipmentOf(means).join(','), experienced: String(means.experienced) }
  const [lessons, plans] = await Promise.all([ask('/api/exercises'), ask('/api/plans', wishes)])
  return { key: keyOf(language, means), lessons: inGuideOrder(list(lesson)(lessons, 'exercises')), plans: list(plan)(plans, 'plans') }
}

// The guide's order; what somebody has added comes last.
function inGuideOrder(lessons: Lesson[]): Lesson[] {
  const place = (l: Lesson): number => {
    const found = figureIds.findIndex((id) => id === l.id)
    return found < 0 ? figureIds.length : found
  }
  return lessons.toSorted((a, b) => place(a) - place(b))
}

/** What somebody has chosen to do. */
export type Choice = { kind: 'plan'; aim: string } | { kind: 'exercise'; exercise: string; side: Side | null; dose: string | null }

/** The first exercise of a choice, and its side; null if the catalogue has it no more. */
export function firstOf(catalogue: Catalogue, choice: Choice): { lesson: Lesson; side: Side | null } | null {
  const step = choice.kind === 'plan' ? catalogue.plans.find((p) => p.aim === choice.aim)?.steps[0] : choice
  const lesson = catalogue.lessons.find((l) => l.id === step?.exercise)
  return step && lesson ? { lesson, side: step.side } : null
}

/** A choice of one exercise: on its first side, with the dose of an aim if it has that one. */
export function choiceOf(lesson: Lesson, aim: string | null = null): Choice {
  const dose = lesson.doses.find((d) => d.id === aim) ?? lesson.doses[0]
  return { kind: 'exercise', exercise: lesson.id, side: lesson.sides[0] ?? null, dose: dose?.id ?? null }
}

/** What can be done for a lower back that is stiff or sore, since it is not rolled itself. */
export const insteadOfLowBack = ['glutes', 'hip-flexors', 'thoracic-roll', 'cat-cow', 'pelvic-tilt', 'child-pose'] as const

/** Whether the levels of the spine mean anything for an exercise: on the back, on a roller. */
export const onItsBack = (lesson: Lesson): boolean => lesson.equipment === 'roller' && lesson.posture === 'supine'
