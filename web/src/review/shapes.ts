// What can be drawn over a picture: shapes by points in pixels of the video, the picture's upper left edge at 0. They are
// kept with a note, and reports and films draw the same: {"type", "points": [[x, y]…], "text"}.

import { length, sub, type Point } from '../lib/overlay/geometry'

export const kinds = ['line', 'arrow', 'angle', 'circle', 'text', 'free'] as const
export type Kind = (typeof kinds)[number]
type XY = readonly [number, number]

export interface Shape {
  type: Kind
  /**
   * line and arrow: from, to; angle: one arm's end, the vertex, the other arm's end; circle: middle, a point of its
   * edge; text: where it begins; free: all points.
   */
  points: XY[]
  /** What stands there; of texts only. */
  text?: string
}

/** How many points make a kind; a free line has any number. */
export const pointsOf: Record<Kind, number> = { line: 2, arrow: 2, angle: 3, circle: 2, text: 1, free: 2 }

const isPoint = (p: unknown): p is XY => Array.isArray(p) && p.length === 2 && p.every((v) => typeof v === 'number' && Number.isFinite(v))

/** Whether a value from outside is a shape that this page knows. */
export function isShape(value: unknown): value is Shape {
  if (typeof value !== 'object' || value === null) return false
  const { type, points, text } = value as { type?: unknown; points?: unknown; text?: unknown }
  const known = kinds.find((k) => k === type)
  if (!known || !Array.isArray(points) || !points.every(isPoint)) return false
  const enough = known === 'free' ? points.length >= 2 : points.length === pointsOf[known]
  return enough && (text === undefined || typeof text === 'string')
}

export const point = ([x, y]: XY): Point => ({ x, y })
const between = (shape: Shape, a: number, b: number): number => length(sub(point(shape.points[a] as XY), point(shape.points[b] as XY)))

/** The angle at the vertex, 0…180°. */
export function degrees(shape: Shape): number {
  const [a, v, b] = shape.points.map(point) as [Point, Point, Point]
  const [p, q] = [sub(a, v), sub(b, v)]
  const turn = Math.atan2(p.x * q.y - p.y * q.x, p.x * q.x + p.y * q.y)
  return Number.isFinite(turn) ? Math.abs((turn * 180) / Math.PI) : 0
}

/** The length of a line or the width of a circle, in pixels; null for what has none. */
export function span(shape: Shape): number | null {
  if (shape.type === 'line' || shape.type === 'arrow') return between(shape, 0, 1)
  if (shape.type === 'circle') return 2 * between(shape, 0, 1)
  return null
}

/** What is measured: degrees, centimetres, or that the scale is not known; null for what measures nothing. */
export type Measured = { kind: 'degrees' | 'cm'; value: number } | { kind: 'noScale' } | null

export function measured(shape: Shape, pxPerCm: number | null): Measured {
  if (shape.type === 'angle') return { kind: 'degrees', value: degrees(shape) }
  const px = span(shape)
  if (px === null) return null
  return pxPerCm === null ? { kind: 'noScale' } : { kind: 'cm', value: px / pxPerCm }
}

const tenth = (v: number): number => Math.round(v * 10) / 10
export const xy = (p: Point): XY => [tenth(p.x), tenth(p.y)]

export function moved(shape: Shape, dx: number, dy: number): Shape {
  return { ...shape, points: shape.points.map(([x, y]) => xy({ x: x + dx, y: y + dy })) }
}

export function withPoint(shape: Shape, i: number, to: Point): Shape {
  return { ...shape, points: shape.points.map((p, k) => (k === i ? xy(to) : p)) }
}

/** Whether a shape is more than a slip of the hand: at least so many pixels in some direction. */
export function worthKeeping(shape: Shape, least: number): boolean {
  if (shape.type === 'text') return (shape.text ?? '').trim() !== ''
  const [xs, ys] = [shape.points.map((p) => p[0]), shape.points.map((p) => p[1])]
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) >= least
}

// A line through the points of a hand, without those that say nothing: Ramer–Douglas–Peucker.
export function simplified(points: XY[], tolerance: number): XY[] {
  if (points.length < 3) return points
  const [a, b] = [point(points[0] as XY), point(points.at(-1) as XY)]
  const way = sub(b, a)
  const long = length(way)
  let [farthest, at] = [0, 0]
  for (let i = 1; i < points.length - 1; i++) {
    const off = sub(point(points[i] as XY), a)
    const away = long > 0 ? Math.abs(off.x * way.y - off.y * way.x) / long : length(off)
    if (away > farthest) [farthest, at] = [away, i]
  }
  if (farthest <= tolerance) return [points[0] as XY, points.at(-1) as XY]
  return [...simplified(points.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(points.slice(at), tolerance)]
}

/** The two strokes of an arrow's head. */
export function arrowHead([from, to]: readonly [Point, Point], size: number): [Point, Point] {
  const way = Math.atan2(to.y - from.y, to.x - from.x)
  const at = (turn: number): Point => ({ x: to.x - size * Math.cos(way + turn), y: to.y - size * Math.sin(way + turn) })
  return [at(0.5), at(-0.5)]
}
