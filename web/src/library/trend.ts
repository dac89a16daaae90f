// What the trend's charts are made of: one place per session, the oldest first.

import type { Point } from '../lib/library'

export const zones = ['thoracic', 'lower_thoracic', 'lumbar', 'neck', 'off'] as const
export type Zone = (typeof zones)[number]

const minutesOf = (p: Point): number | null => (p.minutes !== null && p.minutes > 0 ? p.minutes : null)

/** Corrections for each minute of a session; null where it has no length. */
export function cuesPerMinute(p: Point): number | null {
  const minutes = minutesOf(p)
  return minutes === null || p.cues === null ? null : p.cues / minutes
}

/** The share of a session, 0…1, that was rolled too fast. */
export function tooFast(p: Point): number | null {
  const minutes = minutesOf(p)
  return minutes === null || p.speed_over_s === null ? null : Math.min(1, p.speed_over_s / (60 * minutes))
}

export const zoneSeconds = (p: Point, zone: Zone): number => p.time_in_zone_s[zone] ?? 0

/** Seconds per zone as heights to draw one before the other, the tallest first: each is the sum of the zones up to it. */
export function stacked(points: readonly Point[]): number[][] {
  const sums = zones.map((_, top) => points.map((p) => zones.slice(0, top + 1).reduce((sum, zone) => sum + zoneSeconds(p, zone), 0)))
  return sums.toReversed()
}

/** Points by time; those whose date nobody can read come first. */
export const inOrder = (points: readonly Point[]): Point[] => points.toSorted((a, b) => (Date.parse(a.created) || 0) - (Date.parse(b.created) || 0))

/** At most so many places of 0…n-1, evenly spread, to name on an axis. */
export function ticks(n: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(n / Math.max(1, most)))
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step)
}

/** The mean of what is known among the first or last few, to say from where it has gone to where; null without any. */
export function around(values: readonly (number | null)[], end: 'first' | 'last', few = 3): number | null {
  const known = values.filter((v) => v !== null)
  const some = end === 'first' ? known.slice(0, few) : known.slice(-few)
  return some.length ? some.reduce((sum, v) => sum + v, 0) / some.length : null
}
