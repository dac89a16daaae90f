// The spine from the side, for learning: head at the top, the face to the left. Centimetres, y up, 0 at the tip of the
// sacrum's end. Lengths of the regions after Gray: neck 12.5, chest 28, lower back 18 cm; the curves are a drawing's.

import { circle, limb, smooth } from './path'
import { add, direction, mix, point, sub, turned, unit, type Point } from './plane'

export type Region = 'neck' | 'thoracic' | 'lumbar' | 'sacrum'

export interface SpineMark {
  d: string
  tone: 'body' | 'rib' | 'bone' | 'thorn' | 'disc'
  region?: Region
}

// The middle line from the sacrum up to the skull.
const line: readonly Point[] = [point(1, 4), point(4.5, 10), point(1, 17), point(-2.2, 23), point(-1.6, 30), point(2.6, 38), point(5.6, 46), point(5.4, 54), point(2.2, 61), point(-1.2, 67), point(-1.2, 74)]

/** The regions from below: where they lie on the line (shares of its length in y) and how many vertebrae they have. */
const regions: { region: Region; from: number; to: number; bones: number; half: [number, number] }[] = [
  { region: 'lumbar', from: 14, to: 32, bones: 5, half: [2.5, 2.2] },
  { region: 'thoracic', from: 32, to: 60, bones: 12, half: [2.1, 1.5] },
  { region: 'neck', from: 60, to: 73, bones: 7, half: [1.4, 1.2] },
]

// The line at a height: cubic between its points.
function at(y: number): Point {
  const i = Math.max(1, Math.min(line.length - 2, line.findIndex((p) => p.y >= y)))
  const [a, b] = [line[i - 1] as Point, line[i] as Point]
  const k = (y - a.y) / (b.y - a.y)
  const slope = (j: number): number => {
    const [p, q] = [line[Math.max(0, j - 1)] as Point, line[Math.min(line.length - 1, j + 1)] as Point]
    return ((q.x - p.x) / (q.y - p.y)) * (b.y - a.y)
  }
  const [k2, k3] = [k * k, k * k * k]
  const x = a.x * (2 * k3 - 3 * k2 + 1) + slope(i - 1) * (k3 - 2 * k2 + k) + b.x * (3 * k2 - 2 * k3) + slope(i) * (k3 - k2)
  return point(x, y)
}

const upAt = (y: number): Point => unit(sub(at(y + 0.4), at(y - 0.4)))

function vertebra(region: Region, y: number, height: number, half: number): SpineMark[] {
  const [middle, up] = [at(y), upAt(y)]
  const front = turned(up)
  const [left, right] = [add(middle, front, half * 0.55), add(middle, front, -half * 0.55)]
  // Thorns of the chest hang down, those of the lower back stand straight.
  const drop = region === 'thoracic' ? -1.1 : -0.35
  const root = add(middle, front, -half - 0.6)
  const tip = add(add(root, front, region === 'neck' ? -1.8 : -2.9), up, drop * 2)
  return [
    { d: limb(root, tip, 0.75, 0.5), tone: 'thorn', region },
    { d: limb(left, right, height / 2 - 0.22, height / 2 - 0.22), tone: 'bone', region },
  ]
}

// A rib runs from its vertebra forwards and down to the breastbone; the lowest two end free.
function rib(y: number, n: number): SpineMark {
  const from = add(at(y), turned(upAt(y)), 1.6)
  const long = n < 10 ? 9.5 + 5.5 * Math.sin((Math.PI * (n + 1)) / 11) : 6
  const end = add(from, direction(180 + 17), long)
  return { d: smooth([from, add(mix(from, end, 0.5), point(-0.3, 0.9)), end]), tone: 'rib' }
}

/** All marks of the drawing, from the back to the front. */
export function drawSpine(): SpineMark[] {
  const marks: SpineMark[] = [
    { d: circle(point(-5, 84), 9.5), tone: 'body' },
    { d: smooth([point(-3, 70), point(-9, 62), point(-16, 54), point(-17, 40), point(-13, 28), point(-14, 14), point(-12, 2), point(8, 0), point(13, 8), point(8, 18), point(4, 26), point(8.4, 38), point(11.4, 48), point(10, 58), point(5.4, 66), point(4, 72)], true), tone: 'body' },
  ]
  for (const { region, from, to, bones, half } of regions) {
    const step = (to - from) / bones
    for (let i = 0; i < bones; i++) {
      const y = from + step * (i + 0.5)
      if (region === 'thoracic') marks.push(rib(y, i))
      marks.push(...vertebra(region, y, step, half[0] + ((half[1] - half[0]) * i) / (bones - 1)))
    }
  }
  marks.push({ d: limb(point(3.4, 12), point(3.2, 5), 2.7, 1.1), tone: 'bone', region: 'sacrum' })
  marks.push({ d: limb(point(3, 4), point(0.6, 1.6), 0.9, 0.5), tone: 'bone', region: 'sacrum' })
  return marks
}

export const spineBox = '-22 -95 40 97'
