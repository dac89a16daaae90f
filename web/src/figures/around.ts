// Figures of somebody on their side, sitting, face down, on hands and knees, or at a wall.

import type { Build, Pose } from './body'
import { ballRadius, rollerRadius, spineParts, type EndFigure, type SideFigure } from './figure'
import { add, direction, point } from './plane'
import { crossed, restOn } from './supine'

export const weightShift: EndFigure = {
  view: 'end', frame: { x: -80, width: 160, below: 14 }, start: 1, end: 0,
  keys: [{ pose: { lean: -20 }, moveS: 2, stayS: 2.5 }, { pose: { lean: 0 }, moveS: 1.2, stayS: 0.4 }, { pose: { lean: 20 }, moveS: 1.2, stayS: 2.5 }, { pose: { lean: 0 }, moveS: 1.2, stayS: 0.4 }],
  arrows: [{ points: [point(-34, 58), point(-18, 66), point(0, 69), point(18, 66), point(34, 58)], ends: 'both' }],
} // prettier-ignore

const onSide: Build = { back: 1, knees: 1, elbows: 1, trunk: 'front' }

function lat(s: number): Pose {
  const { hip, shoulder, tool } = restOn({ s, toolX: 80 + (s - 0.7) * 48, radius: rollerRadius, hipY: 15, build: onSide })
  const head = add(shoulder, direction(176), 25)
  return {
    hip, shoulder, head, tool, low: 0, high: 0,
    farArm: { mid: add(shoulder, point(-27, -9)), end: add(shoulder, point(-51, -10)), tip: 178 },
    nearArm: { mid: add(shoulder, point(26, 13)), end: add(hip, point(-1, 13)), tip: -15 },
    nearLeg: { mid: add(hip, point(33, 0)), end: add(hip, point(50, -10)), tip: -4 },
    farLeg: { mid: add(hip, point(38, -8)), end: add(hip, point(62, -10)), tip: -2 },
  } // prettier-ignore
}

export const lats: SideFigure = {
  view: 'side', build: onSide, tool: 'roller', frame: { x: -4, width: 212, below: 16 }, start: 0, end: 1,
  keys: [{ pose: lat(0.86), moveS: 3.4, stayS: 0.4 }, { pose: lat(0.56), moveS: 3.4, stayS: 0.4 }],
  ribbon: { on: 'side', parts: [{ zone: 'lumbar', from: 0.12, to: 0.47 }, { zone: 'lower_thoracic', from: 0.47, to: 0.52 }, { zone: 'thoracic', from: 0.52, to: 0.88 }, { zone: 'neck', from: 0.88, to: 1 }] },
  arrows: [{ points: [point(54, -8), point(94, -8)], ends: 'both' }],
} // prettier-ignore

const seated: Build = { back: 1, knees: 1, elbows: 1, trunk: 'side' }

function sit(shift: number): Pose {
  const hip = point(70 + shift, 2 * rollerRadius + 10.6)
  const shoulder = add(hip, direction(134), 48)
  return {
    hip, shoulder, head: add(shoulder, direction(112), 24), tool: point(68 + shift / 2, rollerRadius), low: 2, high: 1,
    nearArm: { end: point(13, 5), tip: 180 }, farArm: { end: point(19, 6), tip: 180 },
    farLeg: { end: point(132, 8), tip: -10 },
    nearLeg: { mid: add(hip, point(24, 6)), end: add(hip, point(39, 28)), tip: 20 },
  } // prettier-ignore
}

export const glutes: SideFigure = {
  view: 'side', build: seated, tool: 'roller', frame: { x: -22, width: 200, below: 14 }, start: 0, end: 1,
  keys: [{ pose: sit(-5), moveS: 2.6, stayS: 0.4 }, { pose: sit(6), moveS: 2.6, stayS: 0.4 }],
  ribbon: { on: 'seat', parts: [{ zone: 'lumbar', from: 178, to: 215 }, { zone: 'lower_thoracic', from: 215, to: 228 }, { zone: 'thoracic', from: 228, to: 300 }] },
  arrows: [{ points: [point(52, -7), point(86, -7)], ends: 'both' }],
} // prettier-ignore

const prone: Build = { back: -1, knees: 1, elbows: 1, trunk: 'side' }

function plank(shift: number): Pose {
  const hip = point(94 + shift, 2 * rollerRadius + 9)
  const shoulder = point(47 + shift, 33)
  return {
    hip, shoulder, head: add(shoulder, direction(184), 24), tool: point(102 + shift / 2, rollerRadius), low: 0, high: 1,
    nearArm: { mid: point(48 + shift * 0.4, 5), end: point(22, 4), tip: 180 }, farArm: { mid: point(52 + shift * 0.4, 7), end: point(28, 6), tip: 180 },
    nearLeg: { mid: point(135 + shift, 15), end: point(174 + shift, 10), tip: -72 },
    farLeg: { mid: point(113 + shift * 0.3, 28), end: point(145, 17), tip: 0 },
  } // prettier-ignore
}

export const hipFlexors: SideFigure = {
  view: 'side', build: prone, tool: 'roller', frame: { x: -4, width: 196, below: 14 }, start: 0, end: 1,
  keys: [{ pose: plank(4), moveS: 2.6, stayS: 0.4 }, { pose: plank(-6), moveS: 2.6, stayS: 0.4 }],
  ribbon: { on: 'thigh', parts: [{ zone: 'lumbar', from: -0.5, to: -0.12 }, { zone: 'thoracic', from: 0.02, to: 0.42 }] },
  arrows: [{ points: [point(86, -7), point(120, -7)], ends: 'both' }],
} // prettier-ignore

const knee = point(110, 6.4)
const shins = {
  nearLeg: { mid: knee, end: point(150, 5), tip: 0 },
  farLeg: { mid: add(knee, point(-5, 1.5)), end: point(145, 6.5), tip: 0 },
} as const

function fours(low: number, high: number, head: number): Pose {
  const [hip, shoulder] = [point(110, 48), point(63, 55)]
  return {
    hip, shoulder, head: add(shoulder, direction(head), 24), low, high, ...shins,
    nearArm: { end: point(62, 4), tip: 180 }, farArm: { end: point(67, 5.5), tip: 180 },
  } // prettier-ignore
}

export const catCow: SideFigure = {
  view: 'side', build: prone, tool: 'none', frame: { x: 4, width: 180, below: 12 }, start: 0, end: 1,
  keys: [{ pose: fours(10, 13, 232), moveS: 2.6, stayS: 0.6 }, { pose: fours(-10, -7, 142), moveS: 2.6, stayS: 0.6 }],
  ribbon: { on: 'bone', parts: [{ zone: '', from: 0, to: 1.2 }] },
  arrows: [{ points: [point(132, 58), point(132, 84)], ends: 'both' }],
} // prettier-ignore

const folded: Pose = {
  hip: add(knee, direction(22), 40), shoulder: point(104, 19), head: point(81, 11.4), low: 7, high: 6, ...shins,
  nearArm: { end: point(53, 4.5), tip: 180 }, farArm: { end: point(56, 6), tip: 180 },
} // prettier-ignore

export const childPose: SideFigure = {
  view: 'side', build: prone, tool: 'none', frame: { x: 4, width: 180, below: 12 }, start: 0, end: 1,
  keys: [{ pose: fours(1, 1, 190), moveS: 2.4, stayS: 0.8 }, { pose: folded, moveS: 2.8, stayS: 5 }],
  ribbon: { on: 'bone', parts: [{ zone: '', from: 0, to: 1.2 }] },
  arrows: [{ points: [point(110, 72), point(130, 66), point(142, 50)], ends: 'one' }],
} // prettier-ignore

const standing: Build = { back: 1, knees: 1, elbows: 1, trunk: 'side' }

function atWall(hipY: number): Pose {
  const hip = point(20.5, hipY)
  const shoulder = point(17.4, hipY + 47.9)
  return {
    hip, shoulder, head: add(shoulder, direction(84), 24), low: -1, high: 1, tool: point(ballRadius, 106 + (hipY - 72) / 2),
    nearArm: crossed(hip, shoulder, standing), farArm: crossed(hip, shoulder, standing, 5),
    nearLeg: { end: point(44, 7.5), tip: -10 }, farLeg: { end: point(49, 8.5), tip: -10 },
  } // prettier-ignore
}

export const rhomboidsBallWall: SideFigure = {
  view: 'side', build: standing, tool: 'ball', wallX: 0, frame: { x: -122, width: 300, below: 8 }, spot: true, start: 0, end: 1,
  keys: [{ pose: atWall(76), moveS: 2.6, stayS: 0 }, { pose: atWall(67), moveS: 2.6, stayS: 5 }],
  ribbon: { on: 'back', parts: spineParts },
  arrows: [{ points: [point(-20, 90), point(-20, 126)], ends: 'both' }],
} // prettier-ignore
