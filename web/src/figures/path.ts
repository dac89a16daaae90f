// SVG paths of round things. What goes in is in the figures' frame (y up), what comes out in that of SVG (y down).

import { add, distance, turned, unit, sub, type Point } from './plane'

const n = (v: number): string => String(Math.round(v * 100) / 100)
const at = (p: Point): string => `${n(p.x)} ${n(-p.y)}`

export function circle(c: Point, r: number): string {
  return `M${at({ x: c.x - r, y: c.y })}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0z`
}

/** A rounded limb from a to b that is ra wide (to each side) at a and rb at b. */
export function limb(a: Point, b: Point, ra: number, rb: number): string {
  const long = distance(a, b)
  if (long <= Math.abs(ra - rb) + 0.01) return ra > rb ? circle(a, ra) : circle(b, rb)
  const way = unit(sub(b, a))
  const side = turned(way)
  // The straight edges touch both circles; where the circles differ the points of touch lean towards the smaller one.
  const sine = (ra - rb) / long
  const cosine = Math.sqrt(1 - sine * sine)
  const touch = (c: Point, r: number, sign: 1 | -1): Point => add(add(c, way, r * sine), side, sign * r * cosine)
  const wide = ra > rb ? [1, 0] : [0, 1]
  return (
    `M${at(touch(a, ra, 1))}L${at(touch(b, rb, 1))}A${n(rb)} ${n(rb)} 0 ${wide[1]} 1 ${at(touch(b, rb, -1))}` +
    `L${at(touch(a, ra, -1))}A${n(ra)} ${n(ra)} 0 ${wide[0]} 1 ${at(touch(a, ra, 1))}z`
  )
}

/** A smooth line through all points (Catmull–Rom), closed or open. */
export function smooth(points: Point[], closed = false): string {
  const count = points.length
  const p = (i: number): Point => points[closed ? (i + count) % count : Math.min(Math.max(i, 0), count - 1)] as Point
  let d = `M${at(p(0))}`
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [before, from, to, after] = [p(i - 1), p(i), p(i + 1), p(i + 2)]
    const one = { x: from.x + (to.x - before.x) / 6, y: from.y + (to.y - before.y) / 6 }
    const two = { x: to.x - (after.x - from.x) / 6, y: to.y - (after.y - from.y) / 6 }
    d += `C${at(one)} ${at(two)} ${at(to)}`
  }
  return closed ? `${d}z` : d
}

export const polygon = (points: Point[]): string => `M${points.map(at).join('L')}z`

/** The head of an arrow whose tip is at p, pointing along way. */
export function arrowHead(p: Point, way: Point, size: number): string {
  const ahead = unit(way)
  const aside = turned(ahead)
  const root = add(p, ahead, -size)
  return polygon([p, add(root, aside, size * 0.62), add(root, aside, -size * 0.62)])
}
