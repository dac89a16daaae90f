// Points of the figures' frame: centimetres, x to the right, y up, the floor at y = 0. The numbers are those of an
// average body, so that a drawing stays one body whatever it does.

export interface Point {
  x: number
  y: number
}

export const point = (x: number, y: number): Point => ({ x, y })
export const add = (a: Point, b: Point, k = 1): Point => ({ x: a.x + b.x * k, y: a.y + b.y * k })
export const sub = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y })
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)
export const mix = (a: Point, b: Point, k: number): Point => ({ x: a.x + (b.x - a.x) * k, y: a.y + (b.y - a.y) * k })
/** Turned by a quarter, counter-clockwise. */
export const turned = (a: Point): Point => ({ x: -a.y, y: a.x })

export function unit(a: Point): Point {
  const length = Math.hypot(a.x, a.y)
  return length > 0 ? { x: a.x / length, y: a.y / length } : { x: 1, y: 0 }
}

/** The unit vector at so many degrees, counter-clockwise from the right. */
export function direction(degrees: number): Point {
  const a = (degrees * Math.PI) / 180
  return { x: Math.cos(a), y: Math.sin(a) }
}

/**
 * The joint between two bones of these lengths whose far ends are a and b: elbow or knee. bend +1 puts it to the left
 * of the way from a to b, -1 to the right. Where a and b are too far apart it lies on the line between them.
 */
export function joint(a: Point, b: Point, first: number, second: number, bend: 1 | -1): Point {
  const reach = Math.min(distance(a, b), first + second - 0.01)
  const along = (first * first - second * second + reach * reach) / (2 * reach)
  const aside = Math.sqrt(Math.max(0, first * first - along * along))
  const way = unit(sub(b, a))
  return add(add(a, way, along), turned(way), bend * aside)
}
