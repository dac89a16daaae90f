// What to do next time, from what happened: the plain words are in the words table, by these names.

import type { Summary } from '../protocol'
import type { PaceShares } from './pace'

export const adviceIds = [
  'pain',
  'roller_too_low',
  'roller_too_high',
  'head',
  'hips_not_lifted',
  'hips_too_high',
  'legs',
  'arms',
  'square',
  'pace',
  'not_seen',
  'too_short',
  'no_hold',
  'one_sided',
  'good',
] as const
export type AdviceId = (typeof adviceIds)[number]

const byCode: Record<string, AdviceId> = {
  pain_stop: 'pain',
  roller_too_low: 'roller_too_low',
  roller_too_high: 'roller_too_high',
  neck_pulled: 'head',
  head_dropped: 'head',
  hips_not_lifted: 'hips_not_lifted',
  hips_too_high: 'hips_too_high',
  knees_not_bent: 'legs',
  feet_not_flat: 'legs',
  arms_not_set: 'arms',
  roller_not_square: 'square',
  rolled_off_side: 'one_sided',
  rolling_too_fast: 'pace',
  jerky: 'pace',
  roller_not_seen: 'not_seen',
  no_person: 'not_seen',
  body_out_of_frame: 'not_seen',
  not_side_on: 'not_seen',
  too_dark: 'not_seen',
  camera_moved: 'not_seen',
}

// Seconds on the spot that a warm-up wants at least, if the exercise names no dose.
const shortS = 30
const most = 3

/** At most three pieces of advice, the most important first; "good" alone if there is nothing to better. */
export function advise(summary: Summary, pace: PaceShares): AdviceId[] {
  const found = new Set<AdviceId>()
  for (const cue of summary.cues) {
    const id = byCode[cue.code]
    if (id && cue.severity !== 'praise') found.add(id)
  }
  if (summary.pain.some((p) => p.value >= 4)) found.add('pain')
  if (pace.knownS > 5 && pace.fast > 0.1) found.add('pace')
  const target = targetSeconds(summary)
  if (target < (summary.doses[0]?.min_s ?? shortS)) found.add('too_short')
  else if (summary.holds.length === 0) found.add('no_hold')
  const faults = adviceIds.filter((id) => found.has(id)).slice(0, most)
  const onlyMore = faults.every((id) => id === 'no_hold' || id === 'too_short')
  return onlyMore && target > 0 ? ['good', ...faults] : faults
}

/** Seconds in the part of the back that is to be rolled. */
export function targetSeconds(summary: Summary): number {
  const z = summary.time_in_zone_s
  return (z['thoracic'] ?? 0) + (z['lower_thoracic'] ?? 0)
}
