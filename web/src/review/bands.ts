// What the timeline shows as bands: stretches of time with a name.

import { wordFor } from '../words'
import type { Event, Hold } from './api'
import type { Range } from './player.svelte'
import type { Track } from './track'

export interface Band extends Range {
  /** What it is a band of: a zone, a phase, a code, an exercise. */
  name: string
  /** What is written into it where it has room. */
  text: string
}

/** The stretches in which a column says the same; gaps in the frames and what is not known are gaps. */
export function runs(track: Track, column: 'zone' | 'phase', texts: Readonly<Record<string, string>>): Band[] {
  const codes = track.small(column)
  const names = column === 'zone' ? track.head.zones : track.head.phases
  const step = track.step
  const most = Math.max(0.5, 4 * step)
  const bands: Band[] = []
  let open = -1
  for (let i = 0; i < track.frames; i++) {
    const t = track.t[i] as number
    const last = bands.at(-1)
    const same = open === codes[i] && last && t - last.to <= most
    if (same) {
      last.to = t + step
      continue
    }
    if (last && open >= 0 && t - last.to <= most) last.to = t
    const name = names[codes[i] as number]
    open = name === undefined ? -1 : (codes[i] as number)
    if (name !== undefined) bands.push({ from: t, to: t + step, name, text: wordFor(texts, name) })
  }
  return bands
}

/** The blocks of a plan, each until the next begins. */
export function blocks(events: readonly Event[], end: number, title: (exercise: string, side: string) => string): Band[] {
  const begun = events.filter((e) => e.type === 'block' && e.exercise !== '')
  return begun.map((e, i) => ({ from: e.t, to: begun[i + 1]?.t ?? end, name: e.exercise, text: title(e.exercise, e.side) }))
}

export const holdBands = (holds: readonly Hold[]): Band[] => holds.map((h) => ({ from: h.start_s, to: h.end_s, name: 'hold', text: h.level ?? '' }))

/** The band at a time; of those that overlap the one that began last. */
export function bandAt<B extends Range>(bands: readonly B[], t: number): B | null {
  return bands.findLast((b) => t >= b.from && t <= b.to) ?? null
}

/** Puts bands that overlap into rows below each other, at most so many; what has no room left goes into the last. */
export function rowsOf<B extends Range>(bands: readonly B[], most: number): number[] {
  const ends: number[] = []
  return bands.map((b) => {
    const free = ends.findIndex((end) => end <= b.from)
    const row = free >= 0 ? free : Math.min(ends.length, most - 1)
    ends[row] = Math.max(ends[row] ?? -Infinity, b.to)
    return row
  })
}
