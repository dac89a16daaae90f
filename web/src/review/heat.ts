// Time and speed per vertebral level.

import { levelRows, type LevelRow } from '../lib/overlay/zones'
import type { Exercise } from './api'
import type { Range } from './player.svelte'
import type { Track } from './track'

export interface LevelHeat extends LevelRow {
  seconds: number
  /** The mean speed in cm/s while the roller was there; null where it was never known. */
  speed: number | null
}

/** What came onto each level, from the neck down, while the reading was sure; within a range of time if one is given. */
export function heatOf(track: Track, levels: Exercise['levels'], zones: Exercise['zones'], range: Range | null = null): LevelHeat[] {
  const [level, state, zone, speed] = [track.small('level'), track.small('state'), track.small('zone'), track.curve('speed_cm_s')]
  const [sure, off] = [track.head.states.indexOf('ok'), track.head.zones.indexOf('off')]
  const seconds = new Float64Array(256)
  const way = new Float64Array(256)
  const timed = new Float64Array(256)
  const [from, to] = range ? [track.from(range.from), track.from(range.to)] : [0, track.frames]
  // A frame stands for the time until the next, but not for a gap.
  const most = Math.max(0.25, 3 * track.step)
  for (let i = from; i < to; i++) {
    const l = level[i] as number
    if (state[i] !== sure || zone[i] === off || l === 255) continue
    const dt = Math.min(most, (track.t[i + 1] ?? (track.t[i] as number) + track.step) - (track.t[i] as number))
    seconds[l] = (seconds[l] as number) + dt
    const v = Math.abs(speed[i] as number)
    if (Number.isNaN(v)) continue
    way[l] = (way[l] as number) + v * dt
    timed[l] = (timed[l] as number) + dt
  }
  return levelRows(levels, zones).map((row) => {
    const l = track.head.levels.indexOf(row.level)
    const known = l >= 0 && (timed[l] as number) > 0
    return { ...row, seconds: l >= 0 ? (seconds[l] as number) : 0, speed: known ? (way[l] as number) / (timed[l] as number) : null }
  })
}
