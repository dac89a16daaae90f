import { describe, expect, it } from 'vitest'
import type { Point } from '../../src/lib/library'
import { around, cuesPerMinute, inOrder, stacked, ticks, tooFast, zoneSeconds, zones } from '../../src/library/trend'

const point = (change: Partial<Point> = {}): Point => ({
  id: 'A', created: '2026-11-30T10:00:00Z', score: 80, minutes: 2, time_in_zone_s: { thoracic: 60, lumbar: 12 }, cues: 5, speed_over_s: 30, ...change,
}) // prettier-ignore

describe('a trend', () => {
  it('counts by the minute', () => {
    expect(cuesPerMinute(point())).toBe(2.5)
    expect(tooFast(point())).toBe(0.25)
    expect(tooFast(point({ speed_over_s: 999 }))).toBe(1)
  })
  it('says nothing of what has no length, or is not known', () => {
    for (const change of [{ minutes: 0 }, { minutes: null }, { cues: null, speed_over_s: null }]) {
      expect([cuesPerMinute(point(change)), tooFast(point(change))]).toEqual([null, null])
    }
  })
  it('stacks the zones, the tallest sum first', () => {
    const sums = stacked([point()])
    expect(sums).toHaveLength(zones.length)
    expect(sums.map(([v]) => v)).toEqual([72, 72, 72, 60, 60])
    expect(zoneSeconds(point(), 'neck')).toBe(0)
  })
  it('goes from the oldest to the newest', () => {
    const ids = inOrder([point({ id: 'B' }), point({ id: 'A', created: '2025-01-01T00:00:00Z' }), point({ id: 'X', created: 'once' })]).map((p) => p.id)
    expect(ids).toEqual(['X', 'A', 'B'])
  })
  it.each([[14, 7, [0, 2, 4, 6, 8, 10, 12]], [3, 7, [0, 1, 2]], [0, 7, []], [5, 0.4, [0]]])('of %i names at most %d on its axis', (n, most, at) => expect(ticks(n, most)).toEqual(at))
  it('goes from the mean of the first to the mean of the last that are known', () => {
    const values = [null, 10, 20, 30, 80, null, 90, 100]
    expect([around(values, 'first'), around(values, 'last'), around([null], 'last')]).toEqual([20, 90, null])
  })
})
