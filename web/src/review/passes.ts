// Where one pass ends and the next begins, to lay two sessions side by side.

import type { Finding, Hold } from './api'
import type { Range } from './player.svelte'
import type { Track } from './track'

// A turn counts once the roller has come back by so much of the back (s).
const back = 0.08

/** The turning points of s over the frames where it is sure, in s of time: top and bottom of every stroke. */
export function turns(track: Track): number[] {
  const [s, state] = [track.curve('s'), track.small('state')]
  const sure = track.head.states.indexOf('ok')
  const found: number[] = []
  let way = 0 // 1 up, −1 down, 0 not known yet
  let [low, high, lowAt, highAt] = [Infinity, -Infinity, 0, 0]
  for (let i = 0; i < track.frames; i++) {
    const v = s[i] as number
    if (state[i] !== sure || Number.isNaN(v)) continue
    const t = track.t[i] as number
    if (v > high) [high, highAt] = [v, t]
    if (v < low) [low, lowAt] = [v, t]
    if (way >= 0 && v < high - back) {
      found.push(highAt)
      ;[way, low, lowAt] = [-1, v, t]
    } else if (way <= 0 && v > low + back) {
      found.push(lowAt)
      ;[way, high, highAt] = [1, v, t]
    }
  }
  return found
}

/**
 * The passes of a session: as the coach counted them where there are two at least; else by the turns of s, there and
 * back; else from hold to hold.
 */
export function passesOf(track: Track, cues: readonly Finding[], holds: readonly Hold[]): Range[] {
  const counted = cues.filter((c) => c.code === 'pass_done').map((c) => c.start_s)
  const turned = turns(track)
  if (counted.length >= 2) return between([turned[0] ?? track.t[0] ?? 0, ...counted])
  if (turned.length >= 3) return between(turned.filter((_, i) => i % 2 === 0))
  return between(holds.map((h) => h.start_s))
}

function between(marks: readonly number[]): Range[] {
  const rising = marks.filter((t, i) => i === 0 || t > (marks[i - 1] as number))
  return rising.slice(1).map((to, i) => ({ from: rising[i] as number, to }))
}

/** How two sessions are laid beside each other: the time in b for a time in a. */
export interface Alignment {
  toB(t: number): number
  toA(t: number): number
  /** How fast b goes at a time of a, where a goes at 1. */
  rateB(t: number): number
}

/** By time: b runs so many seconds behind. */
export const byTime = (startA: number, startB: number, offset: number): Alignment => ({
  toB: (t) => t - startA + startB + offset,
  toA: (t) => t - startB + startA - offset,
  rateB: () => 1,
})

/** By pass: the passes' ends are laid onto each other, what is between is stretched; shift counts whole passes. */
export function byPass(a: readonly Range[], b: readonly Range[], shift = 0): Alignment | null {
  const pairs = a.flatMap((pa, i) => {
    const pb = b[i + shift]
    return pb && pa.to > pa.from && pb.to > pb.from ? [[pa, pb] as const] : []
  })
  if (pairs.length === 0) return null
  const find = (side: 0 | 1, t: number): readonly [Range, Range] => pairs.findLast((p) => t >= p[side].from) ?? (pairs[0] as readonly [Range, Range])
  const rate = ([pa, pb]: readonly [Range, Range]): number => (pb.to - pb.from) / (pa.to - pa.from)
  const within = (pair: readonly [Range, Range], t: number): boolean => t >= pair[0].from && t <= pair[0].to
  return {
    // Before the first and after the last pass both run at their own pace.
    toB: (t) => {
      const p = find(0, t)
      const k = within(p, t) ? rate(p) : 1
      return t > p[0].to ? p[1].to + (t - p[0].to) : p[1].from + (t - p[0].from) * k
    },
    toA: (t) => {
      const p = find(1, t)
      const k = t >= p[1].from && t <= p[1].to ? rate(p) : 1
      return t > p[1].to ? p[0].to + (t - p[1].to) : p[0].from + (t - p[1].from) / k
    },
    rateB: (t) => {
      const p = find(0, t)
      return within(p, t) ? rate(p) : 1
    },
  }
}
