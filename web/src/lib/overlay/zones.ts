// Which zone a place on the spine belongs to, and which levels the chart shows.

import type { ZoneSpan } from '../api'
import { end, tail } from './landmarks'

export interface Stretch {
  zone: string
  from: number
  to: number
}

/** The stretches of the drawn spine, from the hips up; open ends reach to where the drawing ends. */
export function stretches(zones: ZoneSpan[]): Stretch[] {
  return zones
    .map(({ zone, from, to }) => ({ zone, from: Math.max(from ?? tail, tail), to: Math.min(to ?? end, end) }))
    .filter(({ zone, from, to }) => zone !== 'off' && to > from)
    .sort((a, b) => a.from - b.from)
}

export function zoneAt(zones: ZoneSpan[], s: number): string {
  const found = zones.find(({ zone, from, to }) => zone !== 'off' && s >= (from ?? -Infinity) && s < (to ?? Infinity))
  return found?.zone ?? 'off'
}

/** The rows of the chart, from the neck down, with where they lie if the server did not say. */
const usual: readonly (readonly [string, number])[] = [
  ['C7', 1.18], ['T1', 1.13], ['T2', 1.09], ['T3', 1.05], ['T4', 1.01], ['T5', 0.965], ['T6', 0.92], ['T7', 0.87], ['T8', 0.82],
  ['T9', 0.77], ['T10', 0.72], ['T11', 0.665], ['T12', 0.61], ['L1', 0.55], ['L2', 0.485], ['L3', 0.42], ['L4', 0.345], ['L5', 0.27],
] // prettier-ignore

export interface LevelRow {
  level: string
  zone: string
}

/** One row for every level, from the neck down, each with its zone. */
export function levelRows(levels: { level: string; s: number }[], zones: ZoneSpan[]): LevelRow[] {
  const places = levels.length > 0 ? levels.map(({ level, s }) => [level, s] as const) : usual
  return [...places].sort((a, b) => b[1] - a[1]).map(([level, s]) => ({ level, zone: zoneAt(zones, s) }))
}
