// The ring that a person puts on the roller: a circle in pixels of the source picture.

import type { Frame } from '../protocol'
import { clamp, length, mix, sub, type Point } from './geometry'
import { findColumn, leftHip, leftShoulder, middle, spineAt } from './landmarks'

/** Whether the circle is shown: not, because the roller is missing, or because somebody asked for it. */
export type Placing = 'no' | 'byItself' | 'asked'

export interface Circle {
  x: number
  y: number
  radius: number
}

type Size = readonly [number, number]

// A roller's end is never smaller or larger than this share of the picture's width.
const least = 0.008
const most = 0.25

const radiusWithin = (r: number, size: Size): number => clamp(r, least * size[0], most * size[0])

/** Where the ring begins: on the roller if it is known, else where it would lie under the back. */
export function startCircle(frame: Frame | null, size: Size): Circle {
  const r = frame?.roller
  if (r && r.radius !== null && Number.isFinite(r.near[0])) return { x: r.near[0], y: r.near[1], radius: radiusWithin(r.radius, size) }
  const hip = frame?.pose ? middle(frame.pose, leftHip) : null
  const shoulder = frame?.pose ? middle(frame.pose, leftShoulder) : null
  const column = frame?.pose ? findColumn(frame.pose, null) : null
  if (!hip || !shoulder || !column) return { x: size[0] / 2, y: size[1] * 0.6, radius: size[0] * 0.04 }
  const torso = length(sub(shoulder, hip))
  const under = spineAt(column, 0.75)
  const p: Point = mix(under, { x: under.x + column.back.x * torso, y: under.y + column.back.y * torso }, 0.28)
  return moved({ ...p, radius: radiusWithin(0.16 * torso, size) }, 0, 0, size)
}

/** Moves a circle; its middle stays inside the picture. */
export function moved(c: Circle, dx: number, dy: number, size: Size): Circle {
  return { x: clamp(c.x + dx, 0, size[0]), y: clamp(c.y + dy, 0, size[1]), radius: c.radius }
}

export function resized(c: Circle, radius: number, size: Size): Circle {
  return { ...c, radius: radiusWithin(radius, size) }
}

/** A new circle drawn from its middle to its edge. */
export function circleOf(middleAt: Point, edge: Point, size: Size): Circle {
  return moved({ x: middleAt.x, y: middleAt.y, radius: radiusWithin(length(sub(edge, middleAt)), size) }, 0, 0, size)
}
