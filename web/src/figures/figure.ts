// What a figure is: a few key poses and the time between them, and the marks that are drawn at a moment.

import { solve, Trunk, radii, type Build, type Limb, type Pose, type SolvedLimb } from './body'
import { arrowHead, circle, limb, polygon, smooth } from './path'
import { add, direction, mix, point, sub, unit, type Point } from './plane'
import { defaultLimits } from '../lib/check/limits'
import { stretches } from '../lib/overlay/zones'

/** One filled or stroked path. tone names its look; zone, where there is one, its colour. */
export interface Mark {
  d: string
  tone: 'floor' | 'wall' | 'mat' | 'far' | 'near' | 'trunk' | 'shorts' | 'farShorts' | 'head' | 'tool' | 'core' | 'under' | 'ribbon' | 'bone' | 'arrow' | 'point' | 'spot'
  zone?: string
}

/** A pose, how long it takes to get there from the one before, and how long it stays, in s. */
export interface Key<P> {
  pose: P
  moveS: number
  stayS: number
}

/** A coloured line on the body: which part of it the roller may touch. */
export interface Ribbon {
  on: 'back' | 'side' | 'thigh' | 'seat' | 'bone'
  parts: { zone: string; from: number; to: number }[]
}

export interface Arrow {
  points: Point[]
  ends: 'one' | 'both'
}

interface Common {
  /** The part of the plane that is shown, in cm: left edge, width, and how much below the floor. */
  frame: { x: number; width: number; below: number }
  /** Which keys show best where it begins and where it leads. */
  start: number
  end: number
  arrows: Arrow[]
}

export interface SideFigure extends Common {
  view: 'side'
  build: Build
  keys: Key<Pose>[]
  tool: 'roller' | 'ball' | 'none'
  wallX?: number
  ribbon?: Ribbon
  /** A spot to stay on: drawn as rings around the place where tool and body touch. */
  spot?: boolean
}

/** Seen from behind the head: how far the trunk leans to a side, in degrees. */
export interface EndPose {
  lean: number
}

export interface EndFigure extends Common {
  view: 'end'
  keys: Key<EndPose>[]
}

export type Figure = SideFigure | EndFigure

export const rollerRadius = 7.5
export const ballRadius = 4.2
/** Height by width of every figure. */
export const aspect = 0.56

export const spineParts = stretches(defaultLimits.zones)

const blend = (a: number, b: number, k: number): number => a + (b - a) * k

function blendLimb(a: Limb, b: Limb, k: number): Limb {
  const out: Limb = { end: mix(a.end, b.end, k) }
  if (a.mid && b.mid) out.mid = mix(a.mid, b.mid, k)
  if (a.tip !== undefined && b.tip !== undefined) out.tip = blend(a.tip, b.tip, k)
  return out
}

function blendPose(a: Pose, b: Pose, k: number): Pose {
  const out: Pose = {
    hip: mix(a.hip, b.hip, k),
    shoulder: mix(a.shoulder, b.shoulder, k),
    head: mix(a.head, b.head, k),
    low: blend(a.low, b.low, k),
    high: blend(a.high, b.high, k),
    nearArm: blendLimb(a.nearArm, b.nearArm, k),
    farArm: blendLimb(a.farArm, b.farArm, k),
    nearLeg: blendLimb(a.nearLeg, b.nearLeg, k),
    farLeg: blendLimb(a.farLeg, b.farLeg, k),
  }
  if (a.tool && b.tool) out.tool = mix(a.tool, b.tool, k)
  return out
}

/** Where a cycle of keys is at t seconds: between which two, and how far (0…1, slow at both ends). */
export function moment<P>(keys: Key<P>[], t: number): { from: P; to: P; k: number } {
  const whole = keys.reduce((sum, key) => sum + key.moveS + key.stayS, 0)
  let left = whole > 0 ? ((t % whole) + whole) % whole : 0
  for (const [i, key] of keys.entries()) {
    const before = keys[(i + keys.length - 1) % keys.length] as Key<P>
    if (left < key.moveS) return { from: before.pose, to: key.pose, k: (1 - Math.cos((Math.PI * left) / key.moveS)) / 2 }
    left -= key.moveS
    if (left < key.stayS) return { from: key.pose, to: key.pose, k: 0 }
    left -= key.stayS
  }
  const last = keys[keys.length - 1] as Key<P>
  return { from: last.pose, to: last.pose, k: 0 }
}

/** When a key's pose is reached, in s from the beginning of the cycle. */
export function timeOf(figure: Figure, index: number): number {
  let t = 0
  for (const [i, key] of figure.keys.entries()) {
    t += key.moveS
    if (i === index) return t + key.stayS * 0.5
    t += key.stayS
  }
  return t
}

/** Height of the shown part in cm. */
export const heightOf = (figure: Figure): number => figure.frame.width * aspect

/** The SVG view box of a figure. */
export function viewBox(figure: Figure): string {
  const { x, width, below } = figure.frame
  const height = heightOf(figure)
  return `${x} ${below - height} ${width} ${height}`
}

/** All marks at t seconds, from the back to the front. */
export function draw(figure: Figure, t: number): Mark[] {
  const ground: Mark[] = [{ d: floor(figure), tone: 'floor' }]
  if (figure.view === 'end') {
    const { from, to, k } = moment(figure.keys, t)
    return [...ground, ...drawEnd(blend(from.lean, to.lean, k)), ...arrows(figure)]
  }
  const { from, to, k } = moment(figure.keys, t)
  const pose = blendPose(from, to, k)
  if (figure.wallX !== undefined) ground.push({ d: wall(figure.wallX, heightOf(figure)), tone: 'wall' })
  else ground.push({ d: mat(figure), tone: 'mat' })
  return [...ground, ...drawBody(figure, pose, t, from === to), ...arrows(figure)]
}

function floor({ frame }: Figure): string {
  const [left, right] = [frame.x - 5, frame.x + frame.width + 5]
  return polygon([point(left, 0), point(right, 0), point(right, -frame.below - 5), point(left, -frame.below - 5)])
}

function mat({ frame }: Figure): string {
  return limb(point(frame.x + 10, -1.6), point(frame.x + frame.width - 10, -1.6), 1.6, 1.6)
}

function wall(x: number, height: number): string {
  return polygon([point(x, -2), point(x, height + 9), point(x - 60, height + 9), point(x - 60, -2)])
}

function arrows(figure: Figure): Mark[] {
  return figure.arrows.flatMap(({ points, ends }) => {
    const last = points.length - 1
    const way = (i: number, j: number): Point => sub(points[i] as Point, points[j] as Point)
    const marks: Mark[] = [
      { d: smooth(points), tone: 'arrow' },
      { d: arrowHead(add(points[last] as Point, way(last, last - 1), 0.22), way(last, last - 1), 7), tone: 'point' },
    ]
    if (ends === 'both') marks.push({ d: arrowHead(add(points[0] as Point, way(0, 1), 0.22), way(0, 1), 7), tone: 'point' })
    return marks
  })
}

// The outline of the trunk, rounded at both ends.
function outline(trunk: Trunk): Point[] {
  const steps = [0, 0.16, 0.32, 0.48, 0.64, 0.8, 0.94]
  const around = (t: number, side: 'front' | 'back') => trunk.skin(t, side)
  const bottom = add(trunk.middle(0), sub(trunk.middle(0), trunk.middle(0.1)), (radii.pelvis - 2) / 4.8)
  const top = add(trunk.middle(1), sub(trunk.middle(1), trunk.middle(0.9)), 1.1)
  return [bottom, ...steps.map((t) => around(t, 'back')), top, ...[...steps].reverse().map((t) => around(t, 'front'))]
}

const bones = (l: SolvedLimb, r: [number, number, number, number], tone: 'near' | 'far', far = 1): Mark[] => [
  { d: limb(l.root, l.mid, r[0] * far, r[1] * far), tone },
  { d: limb(l.mid, l.end, r[1] * far, r[2] * far), tone },
  { d: limb(l.end, l.tip, r[3] * far, r[3] * 0.9 * far), tone },
]

// Shorts reach half way down the thigh, and show where the hips are.
const shorts = (l: SolvedLimb, tone: 'shorts' | 'farShorts'): Mark => ({ d: limb(l.root, mix(l.root, l.mid, 0.5), radii.hip + 0.4, (radii.hip + radii.knee) / 2 + 0.6), tone })

const arm: [number, number, number, number] = [radii.shoulder, radii.elbow, radii.wrist, radii.hand]
const leg: [number, number, number, number] = [radii.hip, radii.knee, radii.ankle, radii.foot]

function drawBody(figure: SideFigure, pose: Pose, t: number, still: boolean): Mark[] {
  const body = solve(pose, figure.build)
  const line = ribbon(figure, body.trunk, body.nearLeg)
  const onTrunk = figure.ribbon?.on === 'back' || figure.ribbon?.on === 'side' || figure.ribbon?.on === 'bone'
  return [
    ...bones(body.farArm, arm, 'far', 0.95),
    ...bones(body.farLeg, leg, 'far', 0.95),
    shorts(body.farLeg, 'farShorts'),
    ...head(pose, figure.build),
    { d: smooth(outline(body.trunk), true), tone: 'trunk' },
    ...(onTrunk ? line : []),
    ...bones(body.nearLeg, leg, 'near'),
    shorts(body.nearLeg, 'shorts'),
    ...(onTrunk ? [] : line),
    ...(pose.tool ? tool(figure, pose.tool, still ? t : null) : []),
    ...bones(body.nearArm, arm, 'near'),
  ]
}

// Neck and head, with a nose that tells where the face is, unless it looks at whoever looks.
function head(pose: Pose, build: Build): Mark[] {
  const way = unit(sub(pose.head, pose.shoulder))
  const front = { x: way.y * build.back, y: -way.x * build.back }
  const nose = add(add(pose.head, front, radii.head - 0.6), way, -1)
  return [
    { d: limb(mix(pose.shoulder, pose.head, 0.1), mix(pose.shoulder, pose.head, 0.9), radii.neck + 1, radii.neck), tone: 'head' },
    ...(build.trunk === 'side' ? [{ d: limb(add(nose, way, 2), add(nose, front, 1.2), 1.6, 1.5), tone: 'head' as const }] : []),
    { d: circle(pose.head, radii.head), tone: 'head' },
  ]
}

function tool(figure: SideFigure, at: Point, t: number | null): Mark[] {
  if (figure.tool === 'ball') return [{ d: circle(at, ballRadius), tone: 'tool' }, ...spot(figure, at, ballRadius, t)]
  return [{ d: circle(at, rollerRadius), tone: 'tool' }, { d: circle(at, rollerRadius * 0.36), tone: 'core' }, ...spot(figure, at, rollerRadius, t)]
}

// Two rings that grow and fade: stay here.
function spot(figure: SideFigure, at: Point, radius: number, t: number | null): Mark[] {
  if (!figure.spot || t === null) return []
  return [0, 0.5].map((shift) => ({ d: circle(at, radius + 3 + 7 * ((t / 4 + shift) % 1)), tone: 'spot' as const }))
}

function ribbon(figure: SideFigure, trunk: Trunk, near: SolvedLimb): Mark[] {
  const line = figure.ribbon
  if (!line) return []
  const place = (s: number): Point => {
    if (line.on === 'back') return trunk.skin(s, 'back', s > 1 ? 3.4 : 4.4)
    if (line.on === 'bone') return trunk.skin(s, 'back', 5)
    if (line.on === 'side') return trunk.skin(s, 'back', 4.4)
    if (line.on === 'seat') return add(trunk.middle(0), direction(s), radii.pelvis - 2)
    return alongThigh(trunk, near, s)
  }
  const run = (from: number, to: number): string => smooth(Array.from({ length: 9 }, (_, i) => place(from + ((to - from) * i) / 8)))
  if (line.on === 'bone') return line.parts.map((p) => ({ d: run(p.from, p.to), tone: 'bone' as const }))
  const [first, last] = [line.parts[0], line.parts.at(-1)]
  const under: Mark[] = first && last ? [{ d: run(first.from, last.to), tone: 'under' }] : []
  return [...under, ...line.parts.map((p) => ({ d: run(p.from, p.to), tone: 'ribbon' as const, zone: p.zone }))]
}

// From the belly (negative) over the front of the hip (0) to the knee (1).
function alongThigh(trunk: Trunk, near: SolvedLimb, s: number): Point {
  if (s < 0) return trunk.skin(-s, 'front', 3)
  const along = mix(near.root, near.mid, s)
  const way = sub(near.mid, near.root)
  const long = Math.hypot(way.x, way.y)
  const front = { x: (way.y / long) * -trunk.build.back, y: (-way.x / long) * -trunk.build.back }
  return add(along, front, (radii.hip + (radii.knee - radii.hip) * s - 3))
}

// Somebody on their back on a roller, seen from behind the head: the trunk leans to a side over it.
function drawEnd(lean: number): Mark[] {
  const a = (lean * Math.PI) / 180
  const pivot = point(0, 2 * rollerRadius)
  // Turns the trunk about the roller's top, and rolls it along a little, as a body does.
  const put = (x: number, y: number): Point => {
    const over = x + lean * 0.12
    return point(pivot.x + over * Math.cos(a) + y * Math.sin(a), pivot.y - over * Math.sin(a) + y * Math.cos(a))
  }
  const knee = (x: number, top: number): Mark[] => [
    { d: limb(point(x * 0.7, 18), point(x + lean * 0.2, top), 10, 7.5), tone: 'farShorts' },
    { d: circle(point(x + lean * 0.2, top), 7.2), tone: 'far' },
  ]
  const [left, right] = [put(-20, 12), put(20, 12)]
  return [
    ...knee(-14, 50),
    ...knee(14, 50),
    { d: limb(point(-40, rollerRadius), point(40, rollerRadius), rollerRadius, rollerRadius), tone: 'tool' },
    { d: limb(put(-13, 12.5), put(13, 12.5), 12, 12), tone: 'trunk' },
    { d: limb(left, right, 9, 9), tone: 'trunk' },
    { d: limb(right, put(20, 27), 7, 5), tone: 'far' },
    { d: limb(put(20, 27), put(-9, 29), 5, 3.8), tone: 'far' },
    { d: limb(left, put(-20, 27), 7, 5), tone: 'near' },
    { d: limb(put(-20, 27), put(11, 26), 5, 3.8), tone: 'near' },
    { d: circle(put(0, 10), radii.head), tone: 'head' },
  ]
}
