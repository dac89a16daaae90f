// Draws what Rollwell sees over the person's own picture: skeleton, spine by zone, roller, level.

import type { ZoneSpan } from '../api'
import type { Frame, Knowing, Pose } from '../protocol'
import { clamp, length, mul, sane, sub, add, toView, type Fit, type Point } from './geometry'
import { end, findColumn, guessed, limbs, nearSide, seen, spineAt, tail, at, visibility, type Column } from './landmarks'
import { ground, ink, zoneColour } from './palette'
import { stretches } from './zones'

/** What can be hidden by itself. */
export interface Layers {
  skeleton: boolean
  spine: boolean
  roller: boolean
  level: boolean
}

export const allLayers: Layers = { skeleton: true, spine: true, roller: true, level: true }

export interface Scene {
  frame: Frame | null
  fit: Fit
  view: { width: number; height: number }
  zones: ZoneSpan[]
  /** The zone's name under the level, in the person's language. */
  zoneName(zone: string): string
  /** 0…1: how strongly the reading is shown (see strength), eased by the caller. */
  strength: number
  layers: Layers
}

/** How strongly what is known in this way is drawn. */
export const strength = (state: Knowing): number => (state === 'ok' ? 1 : state === 'unsure' ? 0.38 : 0)

const font = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif'

export function paint(g: CanvasRenderingContext2D, scene: Scene): void {
  g.clearRect(0, 0, scene.view.width, scene.view.height)
  const { frame, fit, layers } = scene
  if (!frame || !(fit.scale > 0)) return
  g.lineCap = 'round'
  g.lineJoin = 'round'
  // One unit: a pixel of a view 720 high, so that lines are as bold on a phone as on a large screen.
  const unit = clamp(Math.min(scene.view.height / 560, scene.view.width / 900), 0.62, 2.2)
  const near = rollerPoint(frame)
  const column = frame.pose ? findColumn(frame.pose, near) : null
  const limbsOf = layers.skeleton ? frame.pose : null
  if (limbsOf) skeleton(g, limbsOf, fit, 1 - nearSide(limbsOf), 2.4 * unit, 0.32)
  if (column && layers.spine) ribbon(g, column, scene, unit)
  if (limbsOf) skeleton(g, limbsOf, fit, nearSide(limbsOf), 3.6 * unit, 0.92)
  if (near && (layers.roller || layers.level)) roller(g, frame, near, column, scene, unit)
  g.globalAlpha = 1
}

function rollerPoint(frame: Frame): Point | null {
  const r = frame.roller
  if (!r || r.radius === null || !(r.radius > 0)) return null
  const p = { x: r.near[0], y: r.near[1] }
  return sane(p) ? p : null
}

function skeleton(g: CanvasRenderingContext2D, pose: Pose, fit: Fit, side: number, width: number, alpha: number): void {
  for (const [from, to, part] of [[guessed, seen, 0.4], [seen, 2, 1]] as const) {
    const path = new Path2D()
    for (const [a, b] of limbs) {
      const vis = Math.min(visibility(pose, a + side), visibility(pose, b + side))
      if (!(vis >= from && vis < to)) continue
      const p = toView(fit, at(pose, a + side))
      const q = toView(fit, at(pose, b + side))
      if (!sane(p) || !sane(q)) continue
      path.moveTo(p.x, p.y)
      path.lineTo(q.x, q.y)
    }
    for (const [colour, extra, a] of [[ground, 2.6, 0.5], [ink, 0, 1]] as const) {
      g.globalAlpha = alpha * part * a
      g.strokeStyle = colour
      g.lineWidth = width + extra
      g.stroke(path)
    }
  }
}

function spinePath(c: Column, fit: Fit, from: number, to: number): Path2D {
  const path = new Path2D()
  const n = Math.max(2, Math.ceil((to - from) / 0.03))
  for (let i = 0; i <= n; i++) {
    const p = toView(fit, spineAt(c, from + ((to - from) * i) / n))
    if (i === 0) path.moveTo(p.x, p.y)
    else path.lineTo(p.x, p.y)
  }
  return path
}

function ribbon(g: CanvasRenderingContext2D, c: Column, scene: Scene, unit: number): void {
  if (!(scene.strength > 0)) return
  const width = clamp(0.06 * c.length * scene.fit.scale, 6 * unit, 15 * unit)
  const parts = stretches(scene.zones)
  g.globalAlpha = 0.55 * scene.strength
  g.strokeStyle = ground
  g.lineWidth = width + 3.5 * unit
  g.stroke(spinePath(c, scene.fit, parts[0]?.from ?? tail, parts.at(-1)?.to ?? end))
  g.globalAlpha = scene.strength
  g.lineWidth = width
  // Round ends first; then the stretches, each from where the last one stopped.
  for (const cap of [parts[0], parts.at(-1)]) {
    if (!cap) continue
    g.strokeStyle = zoneColour(cap.zone)
    g.stroke(spinePath(c, scene.fit, cap.from, cap.to))
  }
  g.lineCap = 'butt'
  for (const { zone, from, to } of parts) {
    g.strokeStyle = zoneColour(zone)
    g.stroke(spinePath(c, scene.fit, from, to))
  }
  // A dark notch between zones: the borders can be seen without colours, too.
  g.strokeStyle = ground
  for (const { from } of parts.slice(1)) notch(g, c, scene.fit, from, width, unit)
  g.lineCap = 'round'
}

function notch(g: CanvasRenderingContext2D, c: Column, fit: Fit, s: number, width: number, unit: number): void {
  const p = toView(fit, spineAt(c, s))
  const along = sub(toView(fit, spineAt(c, s + 0.01)), toView(fit, spineAt(c, s - 0.01)))
  const k = (0.5 * width) / Math.max(1e-6, length(along))
  const across = { x: -along.y * k, y: along.x * k }
  g.lineWidth = 1.6 * unit
  g.beginPath()
  g.moveTo(p.x - across.x, p.y - across.y)
  g.lineTo(p.x + across.x, p.y + across.y)
  g.stroke()
}

function roller(g: CanvasRenderingContext2D, frame: Frame, near: Point, column: Column | null, scene: Scene, unit: number): void {
  const p = toView(scene.fit, near)
  const sure = frame.reading.state === 'ok'
  const radius = Math.max(6 * unit, (frame.roller?.radius ?? 0) * scene.fit.scale + 3 * unit)
  const { layers } = scene
  const alpha = Math.max(scene.strength, 0.38)
  if (layers.roller && column && frame.reading.s !== null && scene.strength > 0) link(g, p, radius, toView(scene.fit, spineAt(column, frame.reading.s)), scene.strength, unit)
  // What is not sure differs in shape, not in strength alone.
  for (const [colour, extra, a] of layers.roller ? ([[ground, 3, 0.5], [ink, 0, 1]] as const) : []) {
    g.globalAlpha = alpha * a
    g.strokeStyle = colour
    g.lineWidth = 4 * unit + extra
    g.setLineDash(sure ? [] : [7 * unit, 8 * unit])
    g.beginPath()
    g.arc(p.x, p.y, radius, 0, 2 * Math.PI)
    g.stroke()
  }
  g.setLineDash([])
  if (layers.level && frame.reading.level && scene.strength > 0) tag(g, frame, p, radius + 4 * unit, scene, unit)
}

function link(g: CanvasRenderingContext2D, from: Point, radius: number, to: Point, alpha: number, unit: number): void {
  const way = sub(to, from)
  const long = length(way)
  const step = mul(way, 1 / Math.max(1, long))
  for (const [colour, extra] of [[ground, 1.4], [ink, 0]] as const) {
    g.globalAlpha = alpha * (colour === ink ? 1 : 0.55)
    g.fillStyle = colour
    for (let d = radius + 8 * unit; d < long - 8 * unit; d += 9 * unit) dotAt(g, add(from, mul(step, d)), 2 * unit + extra)
    dotAt(g, to, 4.6 * unit + extra)
  }
}

function dotAt(g: CanvasRenderingContext2D, p: Point, r: number): void {
  g.beginPath()
  g.arc(p.x, p.y, r, 0, 2 * Math.PI)
  g.fill()
}

/** Where a tag of w × h goes: under the ring; where there is no room beside it, for over it the body lies. */
export function besideRing(at: Point, reach: number, w: number, h: number, view: { width: number; height: number }): { left: number; top: number } {
  const margin = 6
  const within = (v: number, most: number): number => clamp(v, margin, Math.max(margin, most - margin))
  if (at.y + reach + h <= view.height - margin) return { left: within(at.x - w / 2, view.width - w), top: at.y + reach }
  const right = at.x + reach + w <= view.width - margin
  return { left: within(right ? at.x + reach : at.x - reach - w, view.width - w), top: within(at.y - h / 2, view.height - h) }
}

function tag(g: CanvasRenderingContext2D, frame: Frame, at: Point, reach: number, scene: Scene, unit: number): void {
  const level = frame.reading.level ?? ''
  const zone = frame.reading.zone ?? 'off'
  const name = scene.view.width < 380 ? '' : scene.zoneName(zone) // a small picture has room for the level only
  const big = Math.round(27 * unit)
  const small = Math.max(12, Math.round(15 * unit))
  const pad = 14 * unit
  const gap = 8 * unit
  const dot = 6 * unit
  g.font = `700 ${big}px ${font}`
  const wide = g.measureText(level).width
  g.font = `500 ${small}px ${font}`
  const nameWide = g.measureText(name).width
  const w = 2 * pad + 2 * dot + gap + wide + (name ? gap + nameWide : 0)
  const h = 42 * unit
  const { left, top } = besideRing(at, reach + 8 * unit, w, h, scene.view)
  g.globalAlpha = 0.86 * scene.strength
  g.fillStyle = ground
  g.beginPath()
  g.roundRect(left, top, w, h, h / 2)
  g.fill()
  g.globalAlpha = scene.strength
  g.fillStyle = zoneColour(zone)
  dotAt(g, { x: left + pad + dot, y: top + h / 2 }, dot)
  g.textBaseline = 'middle'
  g.fillStyle = ink
  g.font = `700 ${big}px ${font}`
  g.fillText(level, left + pad + 2 * dot + gap, top + h / 2 + unit)
  g.font = `500 ${small}px ${font}`
  g.fillText(name, left + pad + 2 * dot + 2 * gap + wide, top + h / 2 + unit)
}
