// Curves for the plots: as many points as there are pixels, and gaps where nothing is known.

import { clamp } from '../lib/overlay/geometry'
import type { Range } from './player.svelte'
import type { Curve, Track } from './track'

/** What a plot is drawn from: x, then what is sure, what is unsure, and for s its uncertainty above and below. */
export type Columns = [number[], (number | null)[], (number | null)[], (number | null)[], (number | null)[]]

// One pixel column: the lowest and the highest value of each kind, in the order in which they came.
interface Cell {
  first: number
  last: number
  lowAt: number
  highAt: number
}

/**
 * The curve within a range of time, at most two points for each of so many cells: their least and greatest values, so
 * that no peak is lost. Frames further apart than a few steps are parted by a gap, like what is unseen.
 */
export function columnsOf(track: Track, name: Curve, range: Range, cells: number, magnitude = false): Columns {
  const out: Columns = [[], [], [], [], []]
  const [values, sigma, state] = [track.curve(name), name === 's' ? track.curve('s_sigma') : null, track.small('state')]
  const sure = track.head.states.indexOf('ok')
  const from = Math.max(0, track.from(range.from) - 1)
  const to = Math.min(track.frames, track.from(range.to) + 1)
  const most = Math.max(0.5, 4 * track.step)
  const size = Math.max(1, (to - from) / clamp(cells, 1, 4000))
  const at = (i: number): number => (magnitude ? Math.abs(values[i] as number) : (values[i] as number))
  const put = (i: number): void => {
    const [v, ok] = [at(i), state[i] === sure]
    out[0].push(track.t[i] as number)
    out[1].push(ok ? v : null)
    out[2].push(ok ? null : v)
    const room = sigma ? (sigma[i] as number) : Number.NaN
    out[3].push(Number.isNaN(room) ? null : v + room)
    out[4].push(Number.isNaN(room) ? null : v - room)
  }
  const gap = (t: number): void => {
    out[0].push(t)
    for (const c of [out[1], out[2], out[3], out[4]]) c.push(null)
  }
  let lastT = -Infinity
  for (let cell = 0; from + cell * size < to; cell++) {
    const [i0, i1] = [from + Math.floor(cell * size), Math.min(to, from + Math.floor((cell + 1) * size))]
    const c = cellOf(i0, i1, at)
    if (!c) {
      if (out[0].length > 0 && i1 > i0) gap(track.t[i0] as number)
      continue
    }
    if (out[0].length > 0 && (track.t[c.first] as number) - lastT > most) gap((lastT + (track.t[c.first] as number)) / 2)
    for (const i of c.lowAt === c.highAt ? [c.lowAt] : [Math.min(c.lowAt, c.highAt), Math.max(c.lowAt, c.highAt)]) put(i)
    lastT = track.t[c.last] as number
  }
  return joined(out)
}

function cellOf(from: number, to: number, at: (i: number) => number): Cell | null {
  let c: Cell | null = null
  for (let i = from; i < to; i++) {
    const v = at(i)
    if (Number.isNaN(v)) continue
    if (!c) c = { first: i, last: i, lowAt: i, highAt: i }
    if (v < at(c.lowAt)) c.lowAt = i
    if (v > at(c.highAt)) c.highAt = i
    c.last = i
  }
  return c
}

// Where sure and unsure meet both curves get the point, so that the line is not broken where nothing is missing.
function joined(out: Columns): Columns {
  const [x, ok, unsure] = out
  for (let i = 1; i < x.length; i++) {
    if (ok[i] === null && unsure[i] !== null && ok[i - 1] !== null && unsure[i - 1] === null) unsure[i - 1] = ok[i - 1] as number
    else if (unsure[i] === null && ok[i] !== null && ok[i - 1] === null && unsure[i - 1] !== null) unsure[i] = ok[i] as number
  }
  return out
}

/** The greatest value of a curve that is sure, in magnitude; 0 if there is none. */
export function peak(track: Track, name: Curve): number {
  const [values, state] = [track.curve(name), track.small('state')]
  const sure = track.head.states.indexOf('ok')
  let most = 0
  for (let i = 0; i < track.frames; i++) if (state[i] === sure && Math.abs(values[i] as number) > most) most = Math.abs(values[i] as number)
  return most
}

/** The part of the session that is shown, and how it is zoomed and moved. */
export function zoomed(view: Range, whole: Range, factor: number, around: number): Range {
  const long = clamp((view.to - view.from) * factor, Math.min(0.5, whole.to - whole.from), whole.to - whole.from)
  const share = (around - view.from) / Math.max(1e-9, view.to - view.from)
  return panned({ from: around - share * long, to: around + (1 - share) * long }, whole, 0)
}

export function panned(view: Range, whole: Range, by: number): Range {
  const long = Math.min(view.to - view.from, whole.to - whole.from)
  const from = clamp(view.from + by, whole.from, whole.to - long)
  return { from, to: from + long }
}

/** Whole times for the axis: seconds between two ticks. */
export function tickStep(range: Range, ticks: number): number {
  const wish = (range.to - range.from) / Math.max(1, ticks)
  return [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((s) => s >= wish) ?? 1800
}
