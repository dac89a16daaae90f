// The limits that gauges and pictures show, from the exercise that the server sent.

import type { Exercise, ZoneSpan } from '../api'

export interface Limits {
  /** cm/s: from hint on it is brisk, from cue on it is corrected; the gauge ends at shown. */
  speed: { hint: number; cue: number; shown: number }
  /** The least lift of the hips over their rest, in cm, and where the gauge ends. */
  hips: { min: number; shown: number }
  /** The stretches of the hip→shoulder axis by zone, from the hips up. */
  zones: ZoneSpan[]
  /** The least and the longest time on the target, in s. */
  dose: { min: number; max: number } | null
  /** The least time on one spot, in s. */
  holdS: number
}

// The torso of an average adult in cm: the hips' limit is given as a share of it.
const torsoCm = 48

export const defaultLimits: Limits = {
  speed: { hint: 5.1, cue: 8, shown: 15 },
  hips: { min: 0.06 * torsoCm, shown: 10 },
  zones: [
    { zone: 'lumbar', from: null, to: 0.5 },
    { zone: 'lower_thoracic', from: 0.5, to: 0.67 },
    { zone: 'thoracic', from: 0.67, to: 1.03 },
    { zone: 'neck', from: 1.03, to: null },
  ],
  dose: null,
  holdS: 20,
}

export function limitsOf(exercise: Exercise): Limits {
  const d = defaultLimits
  const { hint, cue, max_shown: shown } = exercise.speed_cm_s
  const dose = exercise.doses[0]
  return {
    speed: { hint: hint ?? d.speed.hint, cue: cue ?? d.speed.cue, shown: shown ?? d.speed.shown },
    hips: { min: (exercise.hip_lift?.min_l ?? 0.06) * torsoCm, shown: d.hips.shown },
    zones: exercise.zones.length > 0 ? exercise.zones : d.zones,
    dose: dose && dose.min_s !== null && dose.max_s !== null ? { min: dose.min_s, max: dose.max_s } : null,
    holdS: exercise.hold?.min_s ?? d.holdS,
  }
}
