import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../src/lib/api'
import { bandAt, rowsOf, runs } from '../../src/review/bands'
import { axisClock, exactClock } from '../../src/review/format'
import { heatOf } from '../../src/review/heat'
import { History, Keeping } from '../../src/review/history.svelte'
import { actionOf, actions, shown } from '../../src/review/keys'
import { byPass, byTime, passesOf, turns } from '../../src/review/passes'
import { columnsOf, panned, tickStep, zoomed } from '../../src/review/plotdata'
import { arrowHead, degrees, isShape, measured, moved, simplified, span, worthKeeping, type Shape } from '../../src/review/shapes'
import { BadTrack, Track } from '../../src/review/track'
// @ts-expect-error a helper without types
import { makeTrack } from '../review/maketrack.mjs'

interface Line {
  t: number
  s?: number
  s_sigma?: number
  state?: string
  zone?: string
  level?: string
  phase?: string
  speed_cm_s?: number
  px_per_cm?: number
  active?: string[]
  landmarks?: number[]
  near?: number[]
  radius?: number
}
const trackOf = (lines: Line[], codes: string[] = []): Track => new Track(makeTrack(lines, { codes }) as ArrayBuffer)
const at = (...times: number[]): Track => trackOf(times.map((t) => ({ t })))

describe('track.bin', () => {
  const landmarks = Array.from({ length: 99 }, (_, i) => i / 2)
  const track = trackOf([{ t: 0.5, s: 0.8, s_sigma: 0.03, state: 'ok', zone: 'thoracic', level: 'T8', phase: 'checking', px_per_cm: 2.5, active: ['b', 'd'], landmarks, near: [10, 20], radius: 9 }, { t: 0.75 }], ['a', 'b', 'c', 'd'])

  it('gives a frame as the overlay wants it', () => {
    const f = track.frame(0)
    expect(f?.t).toBe(0.5)
    expect(f?.pose?.landmarks[1]).toEqual([1.5, 2, 0, 2.5])
    expect(f?.roller).toMatchObject({ near: [10, 20], far: null, radius: 9 })
    expect(f?.reading).toMatchObject({ level: 'T8', zone: 'thoracic', state: 'ok', speed_cm_s: null })
    expect(f?.reading.s).toBeCloseTo(0.8)
    expect(f?.active).toEqual(['b', 'd'])
    expect(track.scaleAt(0)).toBe(2.5)
  })
  it('gives nothing for what is not known, never zero', () => {
    expect(track.frame(1)).toMatchObject({ pose: null, roller: null, reading: { s: null, level: null, zone: null, state: 'unseen' }, active: [] })
    expect(track.scaleAt(1)).toBeNull()
    expect([track.frame(-1), track.frame(2)]).toEqual([null, null])
  })
  it('copies nothing', () => {
    const file = makeTrack([{ t: 1 }]) as ArrayBuffer
    const read = new Track(file)
    expect(read.t.buffer).toBe(file)
    expect(read.landmarks.buffer).toBe(file)
  })
  it('refuses what is none', () => {
    const good = new Uint8Array(makeTrack([{ t: 1 }, { t: 2 }]) as ArrayBuffer)
    const made = (change: (b: Uint8Array) => Uint8Array): ArrayBuffer => change(good.slice()).slice().buffer as ArrayBuffer
    const broken: [string, (b: Uint8Array) => Uint8Array][] = [
      ['empty', () => new Uint8Array()],
      ['another file', (b) => (b.set([71, 73, 70]), b)],
      ['cut in the header', (b) => b.subarray(0, 40)],
      ['cut in the columns', (b) => b.subarray(0, b.length - 64)],
      ['no JSON', (b) => ((b[12] = 1), b)],
    ]
    for (const [name, change] of broken) expect(() => new Track(made(change)), name).toThrow(BadTrack)
  })
})

describe('the frame at a time', () => {
  it.each([[-1, 0], [0, 0], [0.49, 0], [0.5, 0], [0.51, 1], [1.4, 2], [1.51, 3], [99, 3]])('%d is frame %d', (t, i) => expect(at(0, 1, 1.2, 1.8).nearest(t)).toBe(i))
  it('is none without frames', () => expect(at().nearest(1)).toBe(-1))
  it('is found at any rate, also where frames have different lengths', () => {
    for (const rate of [25, 30000 / 1001, 'variable'] as const) {
      let t = 0.013
      const times = Array.from({ length: 500 }, (_, i) => (t += rate === 'variable' ? [0.02, 0.07, 0.033][i % 3]! : 1 / rate))
      const track = at(...times)
      times.forEach((time, i) => {
        // What browsers tell is rounded to microseconds, what WebM holds to milliseconds.
        for (const off of [-0.0005, 0, 0.0005]) expect(track.nearest(time + off)).toBe(i)
      })
    }
  })
  it('the usual step is not moved by a gap', () => expect(at(0, 0.04, 0.08, 9, 9.04).step).toBeCloseTo(0.04))
})

describe('shapes', () => {
  const angle = (...points: [number, number][]): Shape => ({ type: 'angle', points })
  it.each([[angle([10, 0], [0, 0], [0, 10]), 90], [angle([10, 0], [0, 0], [-10, 0]), 180], [angle([1, 0], [0, 0], [1, 1]), 45], [angle([0, -5], [0, 0], [5, 0]), 90], [angle([3, 3], [3, 3], [3, 3]), 0]])(
    'angle %#', (shape, want) => expect(degrees(shape)).toBeCloseTo(want, 6),
  ) // prettier-ignore
  it('measure centimetres by the scale of the frame, or say that there is none', () => {
    const line: Shape = { type: 'line', points: [[0, 0], [30, 40]] } // prettier-ignore
    expect(span(line)).toBe(50)
    expect(measured(line, 2.5)).toEqual({ kind: 'cm', value: 20 })
    expect(measured(line, null)).toEqual({ kind: 'noScale' })
    expect(measured({ type: 'circle', points: [[0, 0], [0, 5]] }, 1)).toEqual({ kind: 'cm', value: 10 }) // prettier-ignore
    expect(measured({ type: 'text', points: [[0, 0]], text: 'x' }, 1)).toBeNull()
  })
  it('are known from what is none', () => {
    expect(isShape({ type: 'line', points: [[0, 1], [2, 3]] })).toBe(true) // prettier-ignore
    for (const bad of [null, 3, {}, { type: 'line', points: [[0, 1]] }, { type: 'blob', points: [] }, { type: 'line', points: [[0, 1], [2, Number.NaN]] }, { type: 'text', points: [[0, 0]], text: 3 }]) expect(isShape(bad)).toBe(false) // prettier-ignore
  })
  it('move, and a slip of the hand is none', () => {
    const line: Shape = { type: 'line', points: [[1, 1], [2, 3]] } // prettier-ignore
    expect(moved(line, 1, -1).points).toEqual([[2, 0], [3, 2]]) // prettier-ignore
    expect([worthKeeping(line, 4), worthKeeping(line, 2), worthKeeping({ type: 'text', points: [[0, 0]], text: ' ' }, 0)]).toEqual([false, true, false])
  })
  it('a hand’s line loses points that say nothing', () => {
    const straight = Array.from({ length: 50 }, (_, i): [number, number] => [i, 0.1 * Math.sin(i)])
    expect(simplified(straight, 0.5)).toHaveLength(2)
    const corner: [number, number][] = [[0, 0], [5, 0.1], [10, 0], [10, 5], [10, 10]] // prettier-ignore
    expect(simplified(corner, 0.5)).toEqual([[0, 0], [10, 0], [10, 10]]) // prettier-ignore
  })
  it('an arrow’s head points back', () => {
    for (const p of arrowHead([{ x: 0, y: 0 }, { x: 10, y: 0 }], 4)) expect(p.x).toBeLessThan(10) // prettier-ignore
  })
})

describe('keys', () => {
  const press = (key: string, more: object = {}) => actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, target: null, ...more } as KeyboardEvent)
  it.each([[' ', 'toggle'], ['ArrowLeft', 'frameBack'], ['J', 'playBack'], ['[', 'loopFrom'], ['5', 'layer5'], ['?', 'help'], ['q', null]])('%s does %s', (key, action) => expect(press(key)).toBe(action))
  it('with shift, with control, with the Alt of other keyboards', () => {
    expect(press('ArrowRight', { shiftKey: true })).toBe('secondOn')
    expect(press('C', { shiftKey: true })).toBe('cueLast')
    expect([press('z', { ctrlKey: true }), press('Z', { metaKey: true, shiftKey: true }), press('y', { ctrlKey: true })]).toEqual(['undo', 'redo', 'redo'])
    expect(press(']', { altKey: true, ctrlKey: true })).toBe('loopTo')
    expect(press('d', { ctrlKey: true })).toBeNull()
  })
  it('are never taken from who writes, and the space bar not from a button', () => {
    for (const tagName of ['INPUT', 'TEXTAREA', 'SELECT']) expect(press('d', { target: { tagName } })).toBeNull()
    expect(press(' ', { target: { tagName: 'BUTTON' } })).toBeNull()
    expect(press('d', { target: { tagName: 'BUTTON' } })).toBe('draw')
    expect(press('n', { target: { tagName: 'DIV', isContentEditable: true } })).toBeNull()
  })
  it('repeat only where that makes sense', () => expect([press('ArrowRight', { repeat: true }), press('d', { repeat: true })]).toEqual(['frameOn', null]))
  it('are on the sheet', () => {
    const words = JSON.parse(readFileSync(new URL('../../src/words/en.json', import.meta.url), 'utf8')) as { review: { keys: Record<string, string> } }
    for (const { action } of shown) {
      expect(actions).toContain(action)
      expect(words.review.keys[action], action).toBeTruthy()
    }
  })
})

describe('bands', () => {
  it('are as long as a zone lasts, and a gap ends them', () => {
    const zones = runs(trackOf([{ t: 0, zone: 'thoracic' }, { t: 0.1, zone: 'thoracic' }, { t: 0.2, zone: 'lumbar' }, { t: 0.3 }, { t: 0.4, zone: 'lumbar' }, { t: 9, zone: 'lumbar' }]), 'zone', { lumbar: 'Lower back' })
    expect(zones.map((z) => [z.name, Number(z.from.toFixed(3)), Number(z.to.toFixed(3))])).toEqual([['thoracic', 0, 0.2], ['lumbar', 0.2, 0.3], ['lumbar', 0.4, 0.5], ['lumbar', 9, 9.1]]) // prettier-ignore
    expect(zones.map((z) => z.text)).toEqual(['thoracic', 'Lower back', 'Lower back', 'Lower back'])
  })
  it('that overlap lie in rows', () => expect(rowsOf([{ from: 0, to: 5 }, { from: 1, to: 2 }, { from: 3, to: 4 }, { from: 3.5, to: 9 }], 2)).toEqual([0, 1, 1, 1])) // prettier-ignore
  it('at a time: the one that began last', () => expect(bandAt([{ from: 0, to: 5 }, { from: 1, to: 2 }], 1.5)).toEqual({ from: 1, to: 2 })) // prettier-ignore
})

describe('curves', () => {
  it('keep every peak, however few points they have', () => {
    const track = trackOf(Array.from({ length: 9000 }, (_, i) => ({ t: i / 30, speed_cm_s: i === 4321 ? 40 : i === 17 ? -30 : Math.sin(i), state: 'ok' })))
    const [x, ok] = columnsOf(track, 'speed_cm_s', { from: 0, to: 300 }, 300)
    expect(x.length).toBeLessThanOrEqual(600)
    expect([Math.max(...ok.map(Number)), Math.min(...ok.map(Number))]).toEqual([40, -30])
    expect(x.every((t, i) => i === 0 || t >= x[i - 1]!)).toBe(true)
    expect(Math.min(...columnsOf(track, 'speed_cm_s', { from: 0, to: 300 }, 300, true)[1].map(Number))).toBeGreaterThanOrEqual(0)
  })
  it('have gaps where nothing is known, and tell sure from unsure', () => {
    const lines = ['ok', 'ok', 'unsure', 'unseen', 'ok'].map((state, i) => ({ t: i / 10, state, ...(state === 'unseen' ? {} : { s: i, s_sigma: 0.5 }) }))
    const [x, ok, unsure, high, low] = columnsOf(trackOf(lines), 's', { from: 0, to: 1 }, 100)
    const point = (i: number) => [Number(x[i]!.toFixed(1)), ok[i], unsure[i], high[i], low[i]]
    expect(x.map((_, i) => point(i))).toEqual([[0, 0, null, 0.5, -0.5], [0.1, 1, 1, 1.5, 0.5], [0.2, null, 2, 2.5, 1.5], [0.3, null, null, null, null], [0.4, 4, null, 4.5, 3.5]]) // prettier-ignore
  })
  it('have a gap where frames are missing', () => {
    const [, ok] = columnsOf(trackOf([0, 0.1, 5, 5.1].map((t) => ({ t, s: 1, state: 'ok' }))), 's', { from: 0, to: 6 }, 100)
    expect(ok).toEqual([1, 1, null, 1, 1])
  })
  it('are zoomed around a time and never leave the session', () => {
    const whole = { from: 0, to: 100 }
    expect(zoomed(whole, whole, 0.5, 25)).toEqual({ from: 12.5, to: 62.5 })
    expect(zoomed({ from: 90, to: 100 }, whole, 100, 95)).toEqual(whole)
    expect(panned({ from: 90, to: 100 }, whole, 50)).toEqual({ from: 90, to: 100 })
    expect([tickStep(whole, 5), tickStep({ from: 0, to: 2 }, 8)]).toEqual([30, 0.5])
  })
})

describe('passes', () => {
  const wave = trackOf(Array.from({ length: 900 }, (_, i) => ({ t: i / 30, s: 0.8 + 0.2 * Math.cos((2 * Math.PI * i) / 300) + 0.01 * Math.sin(i * 3), state: 'ok' })))
  it('are found by the turns of s, whatever trembles', () => {
    const found = turns(wave)
    expect(found.map((t) => Math.round(t))).toEqual([0, 5, 10, 15, 20, 25])
    expect(passesOf(wave, [], []).map((p) => [Math.round(p.from), Math.round(p.to)])).toEqual([[0, 10], [10, 20]]) // prettier-ignore
  })
  it('are the coach’s where it counted them, else from hold to hold', () => {
    const done = [12, 19, 25].map((start_s) => ({ code: 'pass_done', severity: 'praise' as const, start_s, end_s: start_s, value: null, limit: null, unit: null, text: '', spoken: true }))
    expect(passesOf(wave, done, []).at(-1)).toEqual({ from: 19, to: 25 })
    expect(passesOf(at(0, 1), [], [{ start_s: 1, end_s: 2, s: null, level: null }, { start_s: 5, end_s: 6, s: null, level: null }])).toEqual([{ from: 1, to: 5 }]) // prettier-ignore
  })
  it('lay two sessions onto each other, there and back', () => {
    const a = [{ from: 0, to: 10 }, { from: 10, to: 14 }] // prettier-ignore
    const b = [{ from: 5, to: 10 }, { from: 10, to: 18 }, { from: 18, to: 20 }] // prettier-ignore
    const by = byPass(a, b)!
    expect([by.toB(0), by.toB(5), by.toB(10), by.toB(12), by.toB(15)]).toEqual([5, 7.5, 10, 14, 19])
    for (const t of [-2, 0, 3, 10, 13, 16]) expect(by.toA(by.toB(t))).toBeCloseTo(t)
    expect([by.rateB(5), by.rateB(12), by.rateB(15)]).toEqual([0.5, 2, 1])
    expect(byPass(a, b, 1)!.toB(0)).toBe(10)
    expect([byPass(a, []), byPass(a, b, 9)]).toEqual([null, null])
    const time = byTime(2, 10, 0.5)
    expect([time.toB(2), time.toA(10.5), time.rateB(3)]).toEqual([10.5, 2, 1])
  })
})

describe('heat', () => {
  it('adds up sure time on each level, with the mean speed, and nothing over a gap', () => {
    const line = (t: number, level: string, speed_cm_s: number, state = 'ok', zone = 'thoracic') => ({ t, level, speed_cm_s, state, zone })
    const track = trackOf([line(0, 'T8', 2), line(0.1, 'T8', -4), line(0.2, 'T7', 5), line(0.3, 'T7', 5, 'unsure'), line(0.4, 'T7', 5, 'ok', 'off'), line(0.5, 'T8', 3), line(60, 'T8', 3)])
    const rows = new Map(heatOf(track, [], []).map((r) => [r.level, r]))
    expect(rows.get('T8')?.seconds).toBeCloseTo(0.2 + 0.3 + 0.1)
    expect(rows.get('T8')?.speed).toBeCloseTo((2 * 0.1 + 4 * 0.1 + 3 * 0.4) / 0.6)
    expect(rows.get('T7')?.seconds).toBeCloseTo(0.1)
    expect(rows.get('L3')).toMatchObject({ seconds: 0, speed: null })
    expect(rows.size).toBe(18)
  })
})

describe('what is kept', () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 0))
  function keeper() {
    const said: string[] = []
    let next = 0
    return {
      said,
      create: async (v: { text: string }) => (said.push(`+${v.text}`), { id: `s${next++}` }),
      update: async (id: string, v: { text: string }) => void said.push(`${id}=${v.text}`),
      remove: async (id: string) => void said.push(`-${id}`),
    }
  }
  it('is told one thing after the other, undone and done again', async () => {
    const k = keeper()
    const history = new History()
    const list = new Keeping(k, history, [{ id: 'old', text: 'old' }])
    const key = list.add({ text: 'a' })
    list.change(key, { text: 'b' }) // before the server has answered
    await wait()
    expect(k.said).toEqual(['+a', 's0=b'])
    history.undo()
    history.undo()
    await wait()
    expect(list.items.map((i) => i.value.text)).toEqual(['old'])
    expect(k.said.at(-1)).toBe('-s0')
    history.redo()
    await wait()
    expect(k.said.at(-1)).toBe('+a')
    expect([history.canUndo, history.canRedo, list.waiting]).toEqual([true, true, 0])
  })
  it('is not given up when the server fails, and what is gone there counts as removed', async () => {
    const k = keeper()
    const list = new Keeping<{ text: string }>({ ...k, create: () => Promise.reject(new Error('no')), remove: () => Promise.reject(new ApiError(404, 'not_found', '')) }, new History(), [{ id: 'x', text: 'x' } as { id: string; text: string }])
    list.add({ text: 'a' })
    await wait()
    expect([list.items.length, list.trouble, list.waiting]).toEqual([2, 'no', 1])
    const gone = new Keeping<{ text: string }>({ ...k, remove: () => Promise.reject(new ApiError(404, 'not_found', '')) }, new History(), [{ id: 'x', text: 'x' }])
    gone.change('k0', null)
    await wait()
    expect([gone.items.length, gone.trouble]).toEqual([0, ''])
  })
})

describe('times', () => {
  it.each([[0, '0:00.00'], [2.999, '0:02.99'], [61.5, '1:01.50'], [-1, '0:00.00'], [0.29, '0:00.29']])('%d is %s', (s, text) => expect(exactClock(s)).toBe(text))
  it('on an axis', () => expect([axisClock(90, 30), axisClock(0.5, 0.5)]).toEqual(['1:30', '0:00.5']))
})
