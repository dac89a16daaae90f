import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../src/lib/check/limits'
import { fit, length, sub, toSource, toView } from '../../src/lib/overlay/geometry'
import { end, findColumn, middle, nearSide, spineAt, tail } from '../../src/lib/overlay/landmarks'
import { besideRing, strength } from '../../src/lib/overlay/paint'
import { edge, lumbar, neck, thoracic, zoneColour } from '../../src/lib/overlay/palette'
import { circleOf, moved, resized, startCircle } from '../../src/lib/overlay/ring'
import { levelRows, stretches, zoneAt } from '../../src/lib/overlay/zones'
import { parse, type Frame, type Pose } from '../../src/lib/protocol'
// @ts-expect-error: see protocol.test.ts
import * as fx from '../look/fixture.mjs'

const read = (frame: object): Frame => (parse(JSON.stringify(fx.state({ frame }))) as { frame: Frame }).frame
const clips = Object.entries(fx.frames as Record<string, object[]>).flatMap(([name, list]) => list.map((f, i) => [`${name} ${i}`, read(f)] as const))
const at = (f: Frame) => ({ x: f.roller?.near[0] ?? 0, y: f.roller?.near[1] ?? 0 })

describe('source and view', () => {
  it.each([[640, 360, 1016, 571], [640, 360, 500, 900], [720, 1280, 1000, 500]])('%i×%i in %i×%i: there and back', (w, h, vw, vh) => {
    const f = fit([w, h], { width: vw, height: vh })
    for (const p of [{ x: 0, y: 0 }, { x: w - 1, y: h - 1 }, { x: 12.5, y: 99 }]) {
      const back = toSource(f, toView(f, p))
      expect(length(sub(back, p))).toBeLessThan(1e-9)
      const v = toView(f, p)
      expect(v.x >= 0 && v.x <= vw && v.y >= 0 && v.y <= vh).toBe(true)
    }
  })
  it('a picture without size shows nothing', () => expect(fit([0, 0], { width: 10, height: 10 }).scale).toBe(0))
})

describe('the spine', () => {
  it.each(clips)('%s: runs from the hips to the neck, at the back of the body', (_, frame) => {
    const c = findColumn(frame.pose as Pose, at(frame))
    if (!c) throw new Error('no spine')
    // The roller lies at the back.
    const towards = sub(at(frame), { x: c.hip.x + 0.7 * c.axis.x, y: c.hip.y + 0.7 * c.axis.y })
    expect(towards.x * c.back.x + towards.y * c.back.y).toBeGreaterThan(0)
    // It is smooth: no step is longer than twice the mean.
    const steps = Array.from({ length: 60 }, (_, i) => {
      const s = tail + ((end - tail) * i) / 60
      return length(sub(spineAt(c, s + (end - tail) / 60), spineAt(c, s)))
    })
    const mean = steps.reduce((a, b) => a + b) / steps.length
    expect(Math.max(...steps)).toBeLessThan(2.2 * mean)
    // Where the reading has the roller, the drawn spine is nearest to it, within a tenth of the torso.
    const s = frame.reading.s ?? 0
    const best = Array.from({ length: 100 }, (_, i) => i / 80).reduce((a, b) => (length(sub(spineAt(c, b), at(frame))) < length(sub(spineAt(c, a), at(frame))) ? b : a))
    expect(Math.abs(best - s)).toBeLessThan(0.2)
  })
  it('without hips there is none', () => {
    const frame = structuredClone(fx.frames.correct[0])
    for (const i of [23, 24]) frame.pose.landmarks[i][3] = 0
    expect(findColumn(read(frame).pose as Pose, null)).toBeNull()
    for (const i of [23, 24]) frame.pose.landmarks[i] = [null, null, null, 1]
    expect(findColumn(read(frame).pose as Pose, null)).toBeNull()
  })
  it('the near side is the one before the other', () => {
    const pose = structuredClone(read(fx.frames.lumbar[0]).pose as Pose)
    const side = nearSide(pose)
    for (const l of pose.landmarks) l[2] = -l[2]
    expect(nearSide(pose)).toBe(1 - side)
  })
  it('the middle of two', () => {
    const pose = { score: 1, landmarks: Array.from({ length: 33 }, (_, i) => [i, 2 * i, 0, 1]) } as Pose
    expect(middle(pose, 11)).toEqual({ x: 11.5, y: 23 })
  })
})

describe('zones', () => {
  it('cover the drawn spine without a gap', () => {
    const parts = stretches(defaultLimits.zones)
    expect(parts[0]?.from).toBe(tail)
    expect(parts.at(-1)?.to).toBe(end)
    for (let i = 1; i < parts.length; i++) expect(parts[i]?.from).toBe(parts[i - 1]?.to)
  })
  it.each([[0.3, 'lumbar', lumbar], [0.5, 'lower_thoracic', edge], [0.67, 'thoracic', thoracic], [1.2, 'neck', neck]])('s %d is %s', (s, zone, colour) => {
    expect(zoneAt(defaultLimits.zones, s)).toBe(zone)
    expect(zoneColour(zone)).toBe(colour)
  })
  it('a zone that the page does not know is an edge', () => expect(zoneColour('something_new')).toBe(edge))
  it('levels run from the neck down', () => {
    const rows = levelRows([], defaultLimits.zones)
    expect(rows).toHaveLength(18)
    expect([rows[0]?.level, rows.at(-1)?.level]).toEqual(['C7', 'L5'])
    expect(rows.find((r) => r.level === 'T8')?.zone).toBe('thoracic')
    expect(levelRows([{ level: 'L1', s: 0.5 }, { level: 'T8', s: 0.8 }], defaultLimits.zones).map((r) => r.level)).toEqual(['T8', 'L1'])
  })
})

describe('the ring', () => {
  const size = [640, 360] as const
  it('begins on the roller, if that is known', () => {
    const frame = read(fx.frames.correct[0])
    const c = startCircle(frame, size)
    expect([c.x, c.y, c.radius]).toEqual([...(frame.roller?.near ?? []), frame.roller?.radius])
  })
  it.each(clips)('%s: without it, begins near where it is', (_, frame) => {
    const c = startCircle({ ...frame, roller: null }, size)
    expect(length(sub(c, at(frame)))).toBeLessThan(75)
  })
  it('begins in the picture where nobody is seen', () => {
    const c = startCircle(null, size)
    expect(c.x > 0 && c.x < 640 && c.y > 0 && c.y < 360 && c.radius > 0).toBe(true)
  })
  it('stays in the picture and of a sane size', () => {
    expect(moved({ x: 5, y: 5, radius: 9 }, -99, 999, size)).toEqual({ x: 0, y: 360, radius: 9 })
    expect(resized({ x: 5, y: 5, radius: 9 }, 0, size).radius).toBeGreaterThan(3)
    expect(resized({ x: 5, y: 5, radius: 9 }, 1e6, size).radius).toBeLessThanOrEqual(160)
    expect(circleOf({ x: 100, y: 100 }, { x: 120, y: 100 }, size)).toEqual({ x: 100, y: 100, radius: 20 })
  })
})

describe('the tag of the level', () => {
  const view = { width: 400, height: 300 }
  it.each([
    ['under the ring', { x: 200, y: 150 }, { left: 150, top: 180 }],
    ['inside the picture', { x: 10, y: 150 }, { left: 6, top: 180 }],
    ['beside it, low down', { x: 200, y: 270 }, { left: 230, top: 250 }],
    ['on its other side, in the corner', { x: 380, y: 290 }, { left: 250, top: 254 }],
  ])('%s', (_, at, wanted) => expect(besideRing(at, 30, 100, 40, view)).toEqual(wanted))
})

it('what is unsure fades, what is unseen goes', () => {
  expect(strength('ok')).toBe(1)
  expect(strength('unsure')).toBeLessThan(0.5)
  expect(strength('unseen')).toBe(0)
})
