// The figure of each exercise, by the exercise's id.

import * as around from './around'
import type { Figure } from './figure'
import * as supine from './supine'

export const figureIds = [
  'thoracic-roll',
  'tender-spot-hold',
  'weight-shift',
  'thoracic-extension',
  'lats',
  'rhomboids-ball-wall',
  'rhomboids-ball-floor',
  'glutes',
  'hip-flexors',
  'cat-cow',
  'pelvic-tilt',
  'child-pose',
] as const
export type FigureId = (typeof figureIds)[number]

export const figures: Record<FigureId, Figure> = {
  'thoracic-roll': supine.thoracicRoll,
  'tender-spot-hold': supine.tenderSpotHold,
  'weight-shift': around.weightShift,
  'thoracic-extension': supine.thoracicExtension,
  lats: around.lats,
  'rhomboids-ball-wall': around.rhomboidsBallWall,
  'rhomboids-ball-floor': supine.rhomboidsBallFloor,
  glutes: around.glutes,
  'hip-flexors': around.hipFlexors,
  'cat-cow': around.catCow,
  'pelvic-tilt': supine.pelvicTilt,
  'child-pose': around.childPose,
}

/** The figure of an exercise, or null: an exercise that somebody has added has none. */
export function figureOf(id: string): { id: FigureId; figure: Figure } | null {
  const known = figureIds.find((known) => known === id)
  return known ? { id: known, figure: figures[known] } : null
}
