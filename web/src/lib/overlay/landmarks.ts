// The body's landmarks in BlazePose's order, as far as they are drawn. A right landmark follows its left fellow.

import { clamp, dot, length, mix, sane, sub, type Point } from './geometry'
import type { Pose } from '../protocol'

export const nose = 0
export const leftEar = 7
export const leftShoulder = 11
export const leftElbow = 13
export const leftWrist = 15
export const leftHip = 23
export const leftKnee = 25
export const leftAnkle = 27
export const leftHeel = 29
export const leftFoot = 31

/** The lines of the skeleton, left side. The trunk has none: the spine stands for it. */
export const limbs: readonly (readonly [number, number])[] = [
  [leftShoulder, leftElbow],
  [leftElbow, leftWrist],
  [leftHip, leftKnee],
  [leftKnee, leftAnkle],
  [leftAnkle, leftHeel],
  [leftHeel, leftFoot],
  [leftAnkle, leftFoot],
]

/** From this visibility on a landmark is drawn at full strength, from guessed on at all. */
export const seen = 0.6
export const guessed = 0.3

export function at(pose: Pose, i: number): Point {
  const l = pose.landmarks[i]
  return l ? { x: l[0], y: l[1] } : { x: Number.NaN, y: Number.NaN }
}

export function visibility(pose: Pose, i: number): number {
  const v = pose.landmarks[i]?.[3] ?? 0
  return v > 0 ? v : 0
}

/** The middle of a left landmark and its right fellow, if at least one of them is seen. */
export function middle(pose: Pose, left: number): Point | null {
  const m = mix(at(pose, left), at(pose, left + 1), 0.5)
  const vis = Math.max(visibility(pose, left), visibility(pose, left + 1))
  return sane(m) && vis >= guessed ? m : null
}

/** 0 if the left side is towards the camera, 1 if the right one is: by depth, or where that says little, by sight. */
export function nearSide(pose: Pose): 0 | 1 {
  let depth = 0
  let sight = 0
  for (const i of [leftShoulder, leftHip, leftKnee]) {
    depth += (pose.landmarks[i]?.[2] ?? 0) - (pose.landmarks[i + 1]?.[2] ?? 0)
    sight += visibility(pose, i + 1) - visibility(pose, i)
  }
  const hip = middle(pose, leftHip)
  const shoulder = middle(pose, leftShoulder)
  const torso = hip && shoulder ? length(sub(hip, shoulder)) : 0
  return (Math.abs(depth) < 0.15 * torso ? sight : depth) > 0 ? 1 : 0
}

/** The spine in the picture. */
export interface Column {
  hip: Point
  /** From the middle of the hips to the middle of the shoulders. */
  axis: Point
  length: number
  /** Unit vector towards the back. */
  back: Point
  ear: Point | null
}

/** Where the spine lies, in pixels of the source, or null if hips or shoulders are not seen. */
export function findColumn(pose: Pose, roller: Point | null): Column | null {
  const hip = middle(pose, leftHip)
  const shoulder = middle(pose, leftShoulder)
  if (!hip || !shoulder) return null
  const axis = sub(shoulder, hip)
  const long = length(axis)
  if (!(long > 1)) return null
  const across: Point = { x: -axis.y / long, y: axis.x / long }
  // Face and knees are in front, the roller is at the back; where nothing tells, down is: people lie on it.
  let front = 0
  const vote = (towards: Point, weight: number): void => {
    const v = weight * clamp(dot(across, towards) / long, -0.5, 0.5)
    if (Number.isFinite(v)) front += v
  }
  const ear = middle(pose, leftEar)
  if (ear && visibility(pose, nose) >= guessed) vote(sub(at(pose, nose), ear), 2)
  const knee = middle(pose, leftKnee)
  if (knee) vote(sub(knee, hip), 0.5)
  if (roller) vote(sub(roller, mix(hip, shoulder, 0.7)), -1)
  vote({ x: 0, y: -long }, 0.1)
  const back: Point = front > 0 ? { x: -across.x, y: -across.y } : across
  const off = ear ? sub(ear, shoulder) : null
  const plausible = off && length(off) > 0.2 * long && length(off) < 0.9 * long && dot(off, axis) > 0
  return { hip, axis, length: long, back, ear: plausible ? ear : null }
}

// How far the spine runs behind the hip→shoulder axis, in torso lengths, at equal steps of s from 0 to 1.2: a relaxed
// back at half its true depth, so that the line stays on a body seen a little from above.
const curve = [0.035, 0.045, 0.058, 0.072, 0.085, 0.092, 0.09, 0.08, 0.066] as const

/** The drawn spine runs from tail to end and bends to the ear from nape on. */
export const tail = 0.02
export const nape = 1.04
export const end = 1.26

/** The point of the spine at s, in pixels of the source. */
export function spineAt(c: Column, s: number): Point {
  const t = clamp((s / 1.2) * (curve.length - 1), 0, curve.length - 1)
  const i = Math.min(Math.floor(t), curve.length - 2)
  const from = curve[i] as number
  const depth = from + (t - i) * ((curve[i + 1] as number) - from)
  const p = {
    x: c.hip.x + c.axis.x * s + c.back.x * depth * c.length,
    y: c.hip.y + c.axis.y * s + c.back.y * depth * c.length,
  }
  if (!c.ear || s <= nape) return p
  const k = (s - nape) / (end - nape)
  const shoulder = { x: c.hip.x + c.axis.x, y: c.hip.y + c.axis.y }
  return mix(p, mix(shoulder, c.ear, 0.58), clamp(k * k * 0.9, 0, 1))
}
