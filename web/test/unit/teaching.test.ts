import { afterEach, describe, expect, it, vi } from 'vitest'
import { choiceOf, firstOf, getCatalogue, insteadOfLowBack, onItsBack, type Catalogue, type Lesson } from '../../src/lib/catalogue'
import { figureIds } from '../../src/figures'
import { drawSpine } from '../../src/figures/spine'
import { painChange, painStops } from '../../src/lib/check/pain'
import { bannerView, planTitle, type Standing } from '../../src/lib/check/view'
import { Malformed } from '../../src/lib/validate'
import { wordsOf } from '../../src/words'
// @ts-expect-error: see protocol.test.ts
import * as fx from '../look/fixture.mjs'

const en = wordsOf('en')
const means = { ball: true, experienced: false }
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })

function serve(answers: Record<string, Response>) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return answers[path.split('?')[0] as string] ?? answer(404, {})
  })
  return asked
}
afterEach(() => vi.unstubAllGlobals())

const fetched = async (): Promise<Catalogue> => {
  serve({ '/api/exercises': answer(200, fx.catalogues.en.exercises), '/api/plans': answer(200, fx.catalogues.en.plans) })
  return getCatalogue('en', means)
}

describe('the catalogue', () => {
  it('is asked for in the language, and by what there is', async () => {
    const asked = serve({ '/api/exercises': answer(200, []), '/api/plans': answer(200, []) })
    await getCatalogue('zh-Hans', { ball: false, experienced: true })
    expect(asked.sort()).toEqual(['/api/exercises?language=zh-Hans', '/api/plans?language=zh-Hans&equipment=roller&experienced=true'])
  })
  it('has all exercises, each with a drawing', async () => {
    const { lessons } = await fetched()
    expect(lessons.map((l) => l.id).sort()).toEqual([...figureIds].sort())
  })
  it('other refusals and nonsense are told', async () => {
    serve({ '/api/exercises': answer(500, {}), '/api/plans': answer(200, []) })
    await expect(getCatalogue('en', means)).rejects.toMatchObject({ status: 500 })
    serve({ '/api/exercises': answer(200, [{ id: 7 }]), '/api/plans': answer(200, []) })
    await expect(getCatalogue('en', means)).rejects.toThrow(Malformed)
  })
  it('a choice begins with its first exercise, on its side', async () => {
    const c = await fetched()
    expect(firstOf(c, { kind: 'plan', aim: 'mobility' })?.lesson.id).toBe('cat-cow')
    expect(firstOf(c, { kind: 'exercise', exercise: 'lats', side: 'right', dose: null })).toMatchObject({ lesson: { id: 'lats' }, side: 'right' })
    expect(firstOf(c, { kind: 'plan', aim: 'dancing' })).toBeNull()
    expect(firstOf(c, { kind: 'exercise', exercise: 'dancing', side: null, dose: null })).toBeNull()
  })
  it('an exercise is chosen on its first side, with the dose of the aim where it has one', async () => {
    const lats = (await fetched()).lessons.find((l) => l.id === 'lats') as Lesson
    expect(choiceOf(lats, 'recovery')).toEqual({ kind: 'exercise', exercise: 'lats', side: 'left', dose: 'recovery' })
    expect(choiceOf({ ...lats, sides: [], doses: [] })).toEqual({ kind: 'exercise', exercise: 'lats', side: null, dose: null })
  })
  it('what helps the lower back instead is there, and has its reason', async () => {
    const { lessons } = await fetched()
    for (const id of insteadOfLowBack) {
      expect(lessons.some((l) => l.id === id), id).toBe(true)
      expect(en.lowBack.reasons[id]).not.toBe('')
    }
  })
  it('levels mean something on the back and on a roller only', async () => {
    const { lessons } = await fetched()
    expect(lessons.filter(onItsBack).map((l) => l.id)).toEqual(['thoracic-roll', 'tender-spot-hold', 'weight-shift', 'thoracic-extension'])
  })
})

describe('pain after a check', () => {
  it.each([[1, 3, 'less'], [3, 3, 'same'], [4, 3, 'more'], [5, 3, 'much'], [6, 6, 'much'], [0, null, 'same'], [2, null, 'more'], [7, null, 'much']] as const)(
    '%i after %s is %s', (after, before, change) => expect(painChange(after, before)).toBe(change),
  ) // prettier-ignore
  it('whatever would have ended the check is much', () => {
    for (let before = 0; before <= 10; before++) for (let after = 0; after <= 10; after++) {
      expect(painChange(after, before) === 'much').toBe(painStops(after, before))
    } // prettier-ignore
  })
})

describe('the banner in a plan', () => {
  const standing = (change: Partial<Standing>): Standing => ({
    phase: 'checking', phaseReason: null, link: 'up', banner: null, frame: null, setup: [], countdown: { kind: 'waiting' },
    plan: fx.planNow(), step: null, doing: 'rolling', onBack: false, holdS: 0, ...change,
  }) // prettier-ignore
  const of = (change: Partial<Standing>) => bannerView(standing(change), en)
  it('introduces a block by name and side', () => expect(of({ plan: fx.planNow({ state: 'intro' }) }).title).toBe('Lats, lying on your side, left'))
  it('names the block where no levels are seen', () => expect(of({})).toMatchObject({ title: 'Lats, lying on your side, left', tone: 'plain' }))
  it('claims nothing of who is not seen', () => expect(of({ doing: 'away' }).title).toBe(en.check.unsureTitle))
  it('a cue goes before what the plan says, and that before calm', () => {
    const step = fx.step({ text: 'Half way' })
    expect(of({ step, banner: fx.cues.fast }).title).toBe(fx.cues.fast.text)
    expect(of({ step }).title).toBe('Half way')
  })
  it('in a hold it says to breathe', () => {
    expect(of({ doing: 'holding' }).hint).toBe(en.block.breathe)
    expect(of({ onBack: true, holdS: 6, frame: { t: 1, pose: null, roller: null, active: [], reading: { ...fx.frames.correct[0].reading, state: 'ok', zone: 'thoracic', level: 'T7' } } }).hint).toBe(en.block.breathe)
  })
  it('a block without sides has none in its name', () => expect(planTitle({ title: 'Cat-cow', side: null }, en)).toBe('Cat-cow'))
})

describe('the drawing of the spine', () => {
  it('has the vertebrae that people have', () => {
    const bones = drawSpine().filter((m) => m.tone === 'bone')
    const count = (region: string) => bones.filter((m) => m.region === region).length
    expect([count('neck'), count('thoracic'), count('lumbar')]).toEqual([7, 12, 5])
    expect(drawSpine().filter((m) => m.tone === 'rib')).toHaveLength(12)
    for (const mark of drawSpine()) expect(mark.d).not.toMatch(/NaN|undefined/)
  })
})
