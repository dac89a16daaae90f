// Points and pictures. All functions are pure; y runs down.

export interface Point {
  x: number
  y: number
}

export const add = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y })
export const sub = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y })
export const mul = (a: Point, k: number): Point => ({ x: a.x * k, y: a.y * k })
export const dot = (a: Point, b: Point): number => a.x * b.x + a.y * b.y
export const length = (a: Point): number => Math.hypot(a.x, a.y)
export const mix = (a: Point, b: Point, t: number): Point => ({ x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) })
export const clamp = (v: number, lo: number, hi: number): number => (v > lo ? Math.min(v, hi) : lo)
export const sane = (p: Point): boolean => Math.abs(p.x) < 1e5 && Math.abs(p.y) < 1e5 // false for NaN, too

/** How the source picture lies in the view: whole, in the middle, with bars at two sides if the shapes differ. */
export interface Fit {
  scale: number
  left: number
  top: number
}

export function fit(source: readonly [number, number], view: { width: number; height: number }): Fit {
  const [w, h] = source
  if (!(w > 0 && h > 0)) return { scale: 0, left: 0, top: 0 }
  const scale = Math.min(view.width / w, view.height / h)
  return { scale, left: (view.width - w * scale) / 2, top: (view.height - h * scale) / 2 }
}

// In the source the first pixel's centre is 0; in the view its edge is.
export const toView = (f: Fit, p: Point): Point => ({ x: f.left + (p.x + 0.5) * f.scale, y: f.top + (p.y + 0.5) * f.scale })
export const toSource = (f: Fit, p: Point): Point => ({ x: (p.x - f.left) / f.scale - 0.5, y: (p.y - f.top) / f.scale - 0.5 })
