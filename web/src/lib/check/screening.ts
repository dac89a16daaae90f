// The questions before the first roll (health screening) and what follows from the answers: the sixteen of
// domain.md §6, and the guide's own ("chronic": ask somebody first). The words are in the words table, by these names.

export const emergencies = ['cauda_equina', 'chest_pain'] as const

export const groups = {
  emergency: emergencies,
  bones: ['fracture', 'osteoporosis', 'spine_condition', 'chronic'],
  nerves: ['radiating', 'night_pain'],
  illness: ['cancer', 'infection', 'inflammation'],
  circulation: ['clot', 'bleeding', 'heart'],
  body: ['skin', 'implant', 'pregnancy'],
} as const

export type GroupId = keyof typeof groups
export type QuestionId = (typeof groups)[GroupId][number]

export const groupIds = Object.keys(groups) as GroupId[]
export const questionIds: QuestionId[] = groupIds.flatMap((g) => [...groups[g]])

/** go: nothing speaks against it; ask: see somebody who knows first; emergency: get help now. */
export type Verdict = 'go' | 'ask' | 'emergency'

export function verdict(yes: ReadonlySet<QuestionId>): Verdict {
  if (emergencies.some((id) => yes.has(id))) return 'emergency'
  return yes.size > 0 ? 'ask' : 'go'
}
