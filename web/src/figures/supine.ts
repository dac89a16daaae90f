// Figures of somebody on their back, head to the left: on a roller, on a ball, or on the floor.

import { lengths, Trunk, type Build, type Limb, type Pose } from './body'
import { ballRadius, rollerRadius, spineParts, type Arrow, type Key, type SideFigure } from './figure'
import { add, direction, point, sub, unit, type Point } from './plane'

export const lying: Build = { back: 1, knees: 1, elbows: -1, trunk: 'side' }

/** Height of the hips over the floor when they rest on it, and lifted by "a few inches". */
export const restY = 12.5
export const liftedY = restY + 9

// How deep foam gives way under the body, in cm.
const squeeze = 1.6

export interface OnTool {
  /** Where on the back the roller or ball touches, 0 hip … 1 shoulder. */
  s: number
  toolX: number
  radius: number
  hipY: number
  low?: number
  high?: number
  build?: Build
}

/** A trunk whose back rests on a round thing on the floor: hip, shoulder and the middle of that thing. */
export function restOn({ s, toolX, radius, hipY, low = 0, high = 0, build = lying }: OnTool): { hip: Point; shoulder: Point; tool: Point } {
  const placed = (tilt: number) => {
    const hip = point(0, hipY)
    const shoulder = add(hip, direction(180 - tilt), lengths.trunk)
    const still: Limb = { end: hip }
    const trunk = new Trunk({ hip, shoulder, head: add(shoulder, sub(shoulder, hip), 0.5), low, high, nearArm: still, farArm: still, nearLeg: still, farLeg: still }, build)
    return { hip, shoulder, tool: add(trunk.skin(s, 'back'), trunk.back(s), radius - squeeze) }
  }
  let [below, above] = [-35, 60]
  for (let i = 0; i < 40; i++) {
    const middle = (below + above) / 2
    if (placed(middle).tool.y < radius) below = middle
    else above = middle
  }
  const found = placed(below)
  const shift = point(toolX - found.tool.x, 0)
  return { hip: add(found.hip, shift), shoulder: add(found.shoulder, shift), tool: add(found.tool, shift) }
}

/** The head in line with the trunk, raised to the front by so many degrees. */
export function headOf(hip: Point, shoulder: Point, raised: number): Point {
  const way = unit(sub(shoulder, hip))
  const angle = (Math.atan2(way.y, way.x) * 180) / Math.PI
  return add(shoulder, direction(angle - raised), lengths.neck)
}

/** An arm crossed on the chest: it comes out of the plane, so that it looks short. */
export function crossed(hip: Point, shoulder: Point, build: Build, reach = 0): Limb {
  const way = unit(sub(shoulder, hip))
  const front = { x: way.y * build.back, y: -way.x * build.back }
  const on = (along: number, out: number): Point => add(add(shoulder, way, along), front, out)
  return { mid: on(-19 - reach, 15), end: on(-1 - reach, 13), tip: (Math.atan2(way.y, way.x) * 180) / Math.PI }
}

/** A hand behind the head, the elbow pointing to the ceiling. */
export function behindHead(hip: Point, shoulder: Point, head: Point, build: Build): Limb {
  const way = unit(sub(shoulder, hip))
  const front = { x: way.y * build.back, y: -way.x * build.back }
  return { mid: add(add(shoulder, way, 16), front, 19), end: add(add(head, way, 5), front, -6), tip: ((Math.atan2(-front.y, -front.x) * 180) / Math.PI) }
}

const foot = -12

/** Both feet flat on the floor at x, the farther one a little behind. */
export const feet = (x: number): { nearLeg: Limb; farLeg: Limb } => ({
  nearLeg: { end: point(x, 7.5), tip: foot },
  farLeg: { end: point(x + 7, 8.5), tip: foot },
})

interface Lying extends OnTool {
  arms: 'crossed' | 'head'
  feetX: number
  raised?: number
}

function onBack(o: Lying): Pose {
  const { hip, shoulder, tool } = restOn(o)
  const head = headOf(hip, shoulder, o.raised ?? 6)
  const arm = (reach: number) => (o.arms === 'crossed' ? crossed(hip, shoulder, lying, reach) : behindHead(hip, shoulder, add(head, point(reach, 0), 0.2), lying))
  return { hip, shoulder, head, tool, low: o.low ?? 0, high: o.high ?? 0, nearArm: arm(0), farArm: arm(5), ...feet(o.feetX) }
}

const roll = (s: number): Pose => onBack({ s, toolX: 62 + (s - 0.84) * lengths.trunk, radius: rollerRadius, hipY: liftedY, arms: 'crossed', feetX: 150 })
const frame = { x: 0, width: 176, below: 14 }
const alongFloor = (from: number, to: number, y: number, ends: Arrow['ends'] = 'both'): Arrow => ({ points: [point(from, y), point(to, y)], ends })

const spine = { on: 'back', parts: spineParts } as const

export const thoracicRoll: SideFigure = {
  view: 'side', build: lying, tool: 'roller', frame, ribbon: spine, start: 0, end: 1,
  keys: [0.7, 0.98].map((s): Key<Pose> => ({ pose: roll(s), moveS: 3.2, stayS: 0.3 })),
  arrows: [alongFloor(44, 84, -7)],
} // prettier-ignore

export const tenderSpotHold: SideFigure = {
  view: 'side', build: lying, tool: 'roller', frame, ribbon: spine, spot: true, start: 0, end: 1,
  keys: [{ pose: roll(0.72), moveS: 2, stayS: 0 }, { pose: roll(0.86), moveS: 2, stayS: 8 }],
  arrows: [],
} // prettier-ignore

const extend = (high: number, low: number, raised: number): Pose =>
  onBack({ s: 0.86, toolX: 62, radius: rollerRadius, hipY: restY, arms: 'head', feetX: 140, high, low, raised })

export const thoracicExtension: SideFigure = {
  view: 'side', build: lying, tool: 'roller', frame, ribbon: spine, start: 0, end: 1,
  keys: [{ pose: extend(3, 0, 16), moveS: 2, stayS: 0.8 }, { pose: extend(-8, -3, 4), moveS: 2.2, stayS: 2.5 }],
  arrows: [{ points: [point(32, 66), point(20, 58), point(13, 46)], ends: 'one' }],
} // prettier-ignore

const onBall = (s: number): Pose => onBack({ s, toolX: 62 + (s - 0.86) * lengths.trunk * 0.5, radius: ballRadius, hipY: restY + 1, arms: 'crossed', feetX: 142 })

export const rhomboidsBallFloor: SideFigure = {
  view: 'side', build: lying, tool: 'ball', frame, ribbon: spine, spot: true, start: 0, end: 1,
  keys: [{ pose: onBall(0.78), moveS: 2.4, stayS: 0 }, { pose: onBall(0.92), moveS: 2.4, stayS: 5 }],
  arrows: [alongFloor(48, 76, -7)],
} // prettier-ignore

function tilted(low: number, hipY: number): Pose {
  const [hip, shoulder] = [point(102, hipY), point(54.5, 11)]
  const onBelly = (x: number): Limb => ({ mid: point(x + 18, 25), end: point(x + 36, 26), tip: -8 })
  return { hip, shoulder, head: point(31, 12.5), low, high: 1, nearArm: onBelly(54), farArm: onBelly(59), ...feet(146) }
}

export const pelvicTilt: SideFigure = {
  view: 'side', build: lying, tool: 'none', frame, ribbon: { on: 'bone', parts: [{ zone: '', from: 0, to: 1.2 }] }, start: 0, end: 1,
  keys: [{ pose: tilted(-7, 13), moveS: 2, stayS: 1 }, { pose: tilted(2, 15), moveS: 2, stayS: 3 }],
  arrows: [{ points: [point(119, 42), point(109, 47), point(98, 46), point(90, 39)], ends: 'one' }],
} // prettier-ignore
