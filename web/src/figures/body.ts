// A body in the plane, from a pose: where its joints are and how its trunk is bent.

import { add, direction, joint, mix, point, sub, turned, unit, type Point } from './plane'

/** Lengths in cm of an adult of 1.70 m, and half-widths of the limbs at their ends. */
export const lengths = { trunk: 48, neck: 24, upperArm: 28, forearm: 25, hand: 9, thigh: 42, shank: 40, foot: 17 }
export const radii = { pelvis: 12, hip: 10, knee: 6.4, ankle: 4.2, foot: 3.6, shoulder: 6, elbow: 4.3, wrist: 3.2, hand: 3.4, neck: 5.6, head: 11 }

export interface Limb {
  /** Wrist or ankle. */
  end: Point
  /** Elbow or knee, where it does not follow from the lengths: a limb that comes out of the plane looks shorter. */
  mid?: Point
  /** Direction of the hand or foot, in degrees counter-clockwise from the right. Left out: in line with the limb. */
  tip?: number
}

/** How somebody lies, sits or stands at one moment. "near" is the side towards whoever looks. */
export interface Pose {
  hip: Point
  shoulder: Point
  head: Point
  /** How far the trunk bulges to the back at its lower and upper third, in cm: round is more, hollow is less. */
  low: number
  high: number
  nearArm: Limb
  farArm: Limb
  nearLeg: Limb
  farLeg: Limb
  /** Middle of the roller or ball. */
  tool?: Point
}

/** Which way round a body is: whether its back is to the left (+1) or right (-1) of the way from hip to shoulder. */
export interface Build {
  back: 1 | -1
  knees: 1 | -1
  elbows: 1 | -1
  /** Half-depths of the trunk from hip to shoulder: from the side or, for somebody on their side, from the front. */
  trunk: 'side' | 'front'
}

// Half-depths in cm at equal steps from hip to shoulder: to the front, to the back.
const depths: Record<Build['trunk'], readonly (readonly [number, number])[]> = {
  side: [[11, 12], [10.4, 10.6], [10, 10], [10.6, 10.6], [11.4, 11.2], [11, 10.6], [8.4, 8.6]],
  front: [[15, 15], [13.6, 13.6], [12.6, 12.6], [13.6, 13.6], [15, 15], [16, 16], [15, 15]],
} // prettier-ignore

const sloping = (list: readonly (readonly [number, number])[], t: number, side: 0 | 1): number => {
  const place = Math.min(Math.max(t, 0), 1) * (list.length - 1)
  const i = Math.min(Math.floor(place), list.length - 2)
  const [from, to] = [list[i] as readonly [number, number], list[i + 1] as readonly [number, number]]
  return from[side] + (to[side] - from[side]) * (place - i)
}

/** The middle line of the trunk: t 0 at the hip, 1 at the shoulder, further on towards the head. */
export class Trunk {
  private readonly control: [Point, Point, Point, Point]

  constructor(
    readonly pose: Pose,
    readonly build: Build,
  ) {
    const { hip, shoulder } = pose
    const back = this.backOf(unit(sub(shoulder, hip)))
    // A cubic's control points pull three quarters as far as they stand out.
    this.control = [hip, add(mix(hip, shoulder, 1 / 3), back, pose.low / 0.75), add(mix(hip, shoulder, 2 / 3), back, pose.high / 0.75), shoulder]
  }

  private backOf(way: Point): Point {
    return add(point(0, 0), turned(way), this.build.back)
  }

  middle(t: number): Point {
    const [a, b, c, d] = this.control
    if (t > 1) return mix(d, this.pose.head, Math.min(1, ((t - 1) * lengths.trunk) / lengths.neck))
    const u = 1 - t
    const at = (k: 'x' | 'y') => u * u * u * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t * t * t * d[k]
    return { x: at('x'), y: at('y') }
  }

  /** Unit vector to the back at t. */
  back(t: number): Point {
    const from = this.middle(Math.max(0, Math.min(t, 1) - 0.02))
    const to = this.middle(t > 0.98 ? t + 0.02 : t + 0.02)
    return this.backOf(unit(sub(to, from)))
  }

  /** A point so far (cm) inside the skin of the back, or of the front. */
  skin(t: number, side: 'front' | 'back', inside = 0): Point {
    const list = depths[this.build.trunk]
    const narrowing = t > 1 ? Math.max(0.55, 1 - (t - 1) * 1.6) : 1
    const depth = sloping(list, t, side === 'front' ? 0 : 1) * narrowing - inside
    return add(this.middle(t), this.back(t), side === 'back' ? depth : -depth)
  }
}

export interface SolvedLimb {
  root: Point
  mid: Point
  end: Point
  tip: Point
}

function solveLimb(root: Point, limb: Limb, bones: [number, number, number], bend: 1 | -1): SolvedLimb {
  const mid = limb.mid ?? joint(root, limb.end, bones[0], bones[1], bend)
  const way = limb.tip === undefined ? unit(sub(limb.end, mid)) : direction(limb.tip)
  return { root, mid, end: limb.end, tip: add(limb.end, way, bones[2]) }
}

/** All joints of a body. */
export function solve(pose: Pose, build: Build) {
  const arm: [number, number, number] = [lengths.upperArm, lengths.forearm, lengths.hand]
  const leg: [number, number, number] = [lengths.thigh, lengths.shank, lengths.foot]
  const trunk = new Trunk(pose, build)
  // Seen from the side both shoulders are one point; seen from the front, on their side, one lies over the other.
  const wide = build.trunk === 'front'
  const root = (t: number, half: number): Point => (wide ? add(trunk.middle(t), trunk.back(t), half) : trunk.middle(t))
  return {
    trunk,
    head: pose.head,
    nearArm: solveLimb(root(1, -9), pose.nearArm, arm, build.elbows),
    farArm: solveLimb(root(1, 9), pose.farArm, arm, build.elbows),
    nearLeg: solveLimb(root(0, -6), pose.nearLeg, leg, build.knees),
    farLeg: solveLimb(root(0, 6), pose.farLeg, leg, build.knees),
  }
}
