import { describe, expect, it } from 'vitest'
import { advise, adviceIds } from '../../src/lib/check/advice'
import { AutoStart, countS, settleS } from '../../src/lib/check/autostart'
import { DelayMeter } from '../../src/lib/check/delay'
import { allGreen, firstToDo, GuideVoice, outdated } from '../../src/lib/check/guide'
import { defaultLimits, limitsOf } from '../../src/lib/check/limits'
import { PaceCounter } from '../../src/lib/check/pace'
import { painBand, painStops } from '../../src/lib/check/pain'
import { emergencies, groups, questionIds, verdict, type QuestionId } from '../../src/lib/check/screening'
import { bannerView, chipKind, onRoller, type Standing } from '../../src/lib/check/view'
import { parse, type Frame, type SetupItem, type State, type Summary } from '../../src/lib/protocol'
import { wordsOf } from '../../src/words'
// @ts-expect-error: see protocol.test.ts
import * as fx from '../look/fixture.mjs'

const en = wordsOf('en')

describe('screening', () => {
  it('asks everything once: the sixteen things of domain.md §6, and what the guide adds', () => {
    expect(new Set(questionIds).size).toBe(questionIds.length)
    expect(questionIds).toHaveLength(16 + 1)
    for (const id of questionIds) expect(en.screening.questions[id]).not.toBe('')
  })
  it('none: go', () => expect(verdict(new Set())).toBe('go'))
  it.each(questionIds)('%s alone stops', (id) => {
    const wanted = (emergencies as readonly QuestionId[]).includes(id) ? 'emergency' : 'ask'
    expect(verdict(new Set([id]))).toBe(wanted)
  })
  it('an emergency wins over the others', () => {
    expect(verdict(new Set<QuestionId>([...groups.bones, 'chest_pain']))).toBe('emergency')
  })
})

describe('pain', () => {
  it.each([[0, 'green'], [3, 'green'], [4, 'amber'], [5, 'amber'], [6, 'red'], [10, 'red']] as const)('%i is %s', (value, band) => {
    expect(painBand(value)).toBe(band)
  })
  it('stops from 6 on, or 2 over the first', () => {
    expect(painStops(6, null)).toBe(true)
    expect(painStops(5, null)).toBe(false)
    expect(painStops(3, 1)).toBe(true)
    expect(painStops(2, 1)).toBe(false)
  })
})

describe('start by itself', () => {
  it('settles three seconds, counts five, goes', () => {
    const a = new AutoStart()
    expect(a.step(true, 100).kind).toBe('settling')
    expect(a.step(true, 100 + settleS - 0.01).kind).toBe('settling')
    const counts = [0, 1, 2, 3, 4].map((s) => a.step(true, 100 + settleS + s))
    expect(counts).toEqual([5, 4, 3, 2, 1].map((left) => ({ kind: 'counting', left })))
    expect(a.step(true, 100 + settleS + countS).kind).toBe('go')
  })
  it('begins anew when something goes wrong in between', () => {
    const a = new AutoStart()
    a.step(true, 0)
    expect(a.step(true, 6).kind).toBe('counting')
    expect(a.step(false, 6.5).kind).toBe('waiting')
    expect(a.step(true, 7).kind).toBe('settling')
  })
  it('waits when told to, until it is told otherwise', () => {
    const a = new AutoStart()
    a.step(true, 0)
    a.hold()
    expect(a.step(true, 100).kind).toBe('held')
    a.resume()
    expect(a.step(true, 101).kind).toBe('settling')
  })
})

const item = (id: string, state: SetupItem['state']): SetupItem => ({ id, state, text: `${id} ${state}`, say: `say ${id} ${state}` })

describe('the guide’s voice', () => {
  it('says each line once when it turns green', () => {
    const g = new GuideVoice()
    expect(g.step([item('light', 'ok'), item('floor', 'unknown')], 0).map((l) => l.text)).toEqual(['say light ok'])
    expect(g.step([item('light', 'ok'), item('floor', 'ok')], 1).map((l) => l.text)).toEqual(['say floor ok'])
    g.step([item('light', 'bad'), item('floor', 'ok')], 2)
    expect(g.step([item('light', 'ok'), item('floor', 'ok')], 3)).toEqual([])
  })
  it('says what is wrong after three seconds, and every twelve from then', () => {
    const g = new GuideVoice()
    const wrong = [item('light', 'ok'), item('side_on', 'bad'), item('roller', 'bad')]
    const times = [0, 1, 2.9, 3, 4, 14.9, 15, 16].map((t) => [t, g.step(wrong, t).map((l) => l.id)])
    expect(times.filter(([t, ids]) => (ids as string[]).includes('setup-side_on-bad') && t).map(([t]) => t)).toEqual([3, 15])
  })
  it('one that nobody could judge counts when all others are green', () => {
    expect(firstToDo([item('light', 'ok'), item('roller', 'unknown')])?.id).toBe('roller')
    expect(firstToDo([item('light', 'unknown'), item('roller', 'unknown')])).toBeNull()
    expect(firstToDo([item('light', 'unknown'), item('floor', 'bad'), item('roller', 'bad')])?.id).toBe('floor')
    expect(firstToDo([])).toBeNull()
  })
  it('lines that are no longer true are taken back', () => {
    expect(outdated([item('light', 'ok'), item('floor', 'bad')])).toEqual(['setup-light-bad', 'setup-floor-ok'])
  })
  it('green is all green, and nothing is not', () => {
    expect(allGreen([])).toBe(false)
    expect(allGreen([item('a', 'ok')])).toBe(true)
    expect(allGreen([item('a', 'ok'), item('b', 'unknown')])).toBe(false)
  })
})

const frameOf = (change: Partial<Frame['reading']> = {}, more: object = {}): Frame => {
  const f = fx.frames.correct[1]
  const message = parse(JSON.stringify(fx.state({ frame: { ...f, reading: { ...f.reading, ...change }, ...more } }))) as State & { type: 'state' }
  return message.frame as Frame
}
const standing = (change: Partial<Standing>): Standing => ({
  phase: 'checking', phaseReason: null, link: 'up', banner: null, frame: frameOf(), setup: fx.setup.good, countdown: { kind: 'waiting' },
  plan: null, step: null, doing: null, onBack: true, holdS: 0, ...change,
}) // prettier-ignore

describe('the banner', () => {
  const title = (change: Partial<Standing>) => bannerView(standing(change), en).title
  it.each([
    ['calm on the target', {}, en.check.calmTitle],
    ['no praise while something is open', { frame: frameOf({}, { active: ['jerky'] }) }, en.check.onTitle],
    ['praise may be open', { frame: frameOf({}, { active: ['pass_done'] }) }, en.check.calmTitle],
    ['no praise on the lower back', { frame: frameOf({ zone: 'lumbar', level: 'L3' }) }, en.check.onTitle],
    ['off the roller', { frame: frameOf({ zone: 'off' }) }, en.check.offTitle],
    ['nothing is claimed when unsure', { frame: frameOf({ state: 'unsure' }) }, en.check.unsureTitle],
    ['nor when unseen', { frame: frameOf({ state: 'unseen' }) }, en.check.unsureTitle],
    ['nor before the first frame', { frame: null }, en.check.unsureTitle],
    ['paused by button', { phase: 'paused', phaseReason: 'button' }, en.check.pausedTitle],
    ['paused by sitting up', { phase: 'paused', phaseReason: 'sat_up' }, en.check.satUpTitle],
    ['lost goes before all', { link: 'reconnecting', banner: fx.cues.lumbar }, en.live.reconnecting],
    ['a cue', { banner: fx.cues.lumbar }, fx.cues.lumbar.text],
    ['set-up: what to do', { phase: 'setup', setup: fx.setup.noRoller }, fx.setup.noRoller[5].text],
    ['set-up: all green', { phase: 'setup' }, en.setup.lieDown],
    ['set-up: counting', { phase: 'setup', countdown: { kind: 'counting', left: 3 } }, en.t('setup.counting', { n: 3 })],
    ['set-up: held', { phase: 'setup', countdown: { kind: 'held' } }, en.setup.allGreen],
    ['set-up: nothing known', { phase: 'setup', setup: [] }, en.setup.looking],
  ] as [string, Partial<Standing>, string][])('%s', (_, change, wanted) => {
    expect(title(change)).toBe(wanted)
  })
  it('severities differ in shape, not in colour alone', () => {
    const of = (severity: string) => bannerView(standing({ banner: { ...fx.cues.lumbar, severity } }), en).frame
    expect(new Set([of('safety'), of('technique'), of('setup'), of('praise')]).size).toBe(4)
  })
})

describe('the chip', () => {
  it.each([
    ['ok', frameOf()],
    ['off', frameOf({ zone: 'off' })],
    ['unsure', frameOf({ state: 'unsure' })],
    ['unplaced', frameOf({ state: 'unseen' })],
    ['noRoller', frameOf({ state: 'unseen' }, { roller: null })],
    ['nobody', frameOf({ state: 'unseen' }, { roller: null, pose: null })],
    ['waiting', null],
  ] as [string, Frame | null][])('%s', (kind, frame) => expect(chipKind(frame)).toBe(kind))
  it('only a sure place on the back is on the roller', () => {
    expect(onRoller(frameOf())).toBe(true)
    expect(onRoller(frameOf({ state: 'unsure' }))).toBe(false)
    expect(onRoller(frameOf({ zone: 'off' }))).toBe(false)
    expect(onRoller(null)).toBe(false)
  })
})

describe('advice', () => {
  const calm = { calm: 1, brisk: 0, fast: 0, knownS: 60 }
  const of = (change: Partial<Summary>, pace = calm) => advise({ ...fx.summary, ...change }, pace)
  const faults = (...codes: string[]) => codes.map((code) => ({ ...fx.summary.cues[0], code }))
  it('safety first, three at the most', () => {
    expect(of({ cues: faults('jerky', 'knees_not_bent', 'hips_not_lifted', 'roller_too_low') })).toEqual(['roller_too_low', 'hips_not_lifted', 'legs'])
  })
  it('pain before all', () => {
    expect(of({ cues: faults('roller_too_low'), pain: [{ t_s: 1, value: 4, when: 'during', block: 0 }] })[0]).toBe('pain')
  })
  it('nothing to better: keep it like this', () => {
    expect(of({ cues: [] })).toEqual(['good'])
  })
  it('praise is no fault', () => {
    expect(of({ cues: [{ ...fx.summary.cues[4] }] })).toEqual(['good'])
  })
  it('too short, and nothing on the target is not praised', () => {
    expect(of({ cues: [], time_in_zone_s: { thoracic: 12 } })).toEqual(['good', 'too_short'])
    expect(of({ cues: [], time_in_zone_s: { off: 40 } })).toEqual(['too_short'])
  })
  it('a fast tenth of the time is worth a word', () => {
    expect(of({ cues: [] }, { calm: 0.8, brisk: 0, fast: 0.2, knownS: 60 })).toEqual(['pace'])
    expect(of({ cues: [] }, { calm: 0, brisk: 0, fast: 1, knownS: 3 })).toEqual(['good'])
  })
  it('has words for every piece', () => {
    for (const id of adviceIds) expect(en.summary.advice[id].text).not.toBe('')
  })
})

describe('pace', () => {
  it('shares of the time in which the speed was known', () => {
    const p = new PaceCounter()
    const limits = { hint: 5, cue: 8 }
    for (const [t, v] of [[0, 2], [0.1, -6], [0.2, 9], [0.3, null], [0.4, 9], [5, 9], [5.1, 1]] as [number, number | null][]) p.add(t, v, limits)
    const s = p.shares()
    expect(s.knownS).toBeCloseTo(0.3)
    expect([s.calm, s.brisk, s.fast].map((x) => Math.round(x * 3))).toEqual([1, 1, 1])
  })
  it('nothing known: no shares', () => expect(new PaceCounter().shares()).toEqual({ calm: 0, brisk: 0, fast: 0, knownS: 0 }))
})

describe('delay', () => {
  it('is the median, without what cannot be', () => {
    const d = new DelayMeter()
    expect(d.median()).toBeNull()
    for (const capture of [900, 920, 100, 2000, null, -1e9]) d.add(capture, 1000)
    expect(d.median()).toBe(100)
  })
})

describe('limits', () => {
  it('come from the exercise', () => {
    const l = limitsOf({ ...fx.exercise, speed_cm_s: { hint: 4, cue: 7, max_shown: 12 }, hip_lift: { min_l: 0.1 } })
    expect(l.speed).toEqual({ hint: 4, cue: 7, shown: 12 })
    expect(l.hips.min).toBeCloseTo(4.8)
    expect(l.dose).toEqual({ min: 30, max: 60 })
  })
  it('what an exercise lacks has a default', () => {
    const l = limitsOf({ ...fx.exercise, zones: [], speed_cm_s: { hint: null, cue: null, max_shown: null }, hip_lift: null, hold: null, doses: [] })
    expect(l).toEqual({ ...defaultLimits, hips: { ...defaultLimits.hips } })
  })
})
