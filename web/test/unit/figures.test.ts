import { describe, expect, it } from 'vitest'
import { lengths, solve, type Limb } from '../../src/figures/body'
import { draw, moment, timeOf, viewBox, type SideFigure } from '../../src/figures/figure'
import { figureIds, figureOf, figures } from '../../src/figures'
import { limb, smooth } from '../../src/figures/path'
import { distance, joint, point } from '../../src/figures/plane'

const sides = figureIds.map((id) => [id, figures[id]] as const).filter((f): f is readonly [(typeof figureIds)[number], SideFigure] => f[1].view === 'side')
const numbers = (d: string): number[] => [...d.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number)

describe('every figure', () => {
  it.each(figureIds)('%s moves, and every number of its paths is one', (id) => {
    const figure = figures[id]
    const seen = new Set<string>()
    for (let t = 0; t < 12; t += 0.7) {
      const marks = draw(figure, t)
      for (const mark of marks) expect(mark.d, mark.tone).not.toMatch(/NaN|Infinity|undefined/)
      seen.add(marks.map((m) => m.d).join())
    }
    expect(seen.size).toBeGreaterThan(4)
  })

  it.each(figureIds)('%s shows start and end differently, with an arrow or a spot', (id) => {
    const figure = figures[id]
    const at = (key: number) => draw(figure, timeOf(figure, key))
    expect(at(figure.start).map((m) => m.d)).not.toEqual(at(figure.end).map((m) => m.d))
    expect(at(figure.end).some((m) => m.tone === 'arrow' || m.tone === 'spot')).toBe(true)
  })

  it.each(figureIds)('%s keeps head, hands and feet inside its frame', (id) => {
    const figure = figures[id]
    const [x, y, width, height] = viewBox(figure).split(' ').map(Number) as [number, number, number, number]
    for (let t = 0; t < 12; t += 0.5) {
      for (const mark of draw(figure, t).filter((m) => ['head', 'near', 'far', 'tool'].includes(m.tone))) {
        const [px, py] = numbers(mark.d) as [number, number]
        expect(px, `${mark.tone} ${mark.d}`).toBeGreaterThan(x)
        expect(px).toBeLessThan(x + width)
        expect(py, `${mark.tone} ${mark.d}`).toBeGreaterThan(y)
        expect(py).toBeLessThan(y + height)
      }
    }
  })

  it.each(sides)('%s has one body: bones that lie in the plane keep their length', (_, figure) => {
    for (const { pose } of figure.keys) {
      const body = solve(pose, figure.build)
      expect(Math.abs(distance(pose.hip, pose.shoulder) - lengths.trunk)).toBeLessThan(7) // a bent trunk is a shorter chord
      const free = (a: Limb, at: { root: { x: number; y: number }; mid: { x: number; y: number } }, bone: number) => {
        if (!a.mid) expect(Math.abs(distance(at.root, at.mid) - bone)).toBeLessThan(1)
      }
      free(pose.nearLeg, body.nearLeg, lengths.thigh)
      free(pose.nearArm, body.nearArm, lengths.upperArm)
    }
  })

  it.each(sides.filter(([, f]) => f.tool !== 'none' && f.wallX === undefined))('%s keeps its tool on the floor', (_, figure) => {
    const radius = figure.tool === 'ball' ? 4.2 : 7.5
    for (const { pose } of figure.keys) expect(pose.tool?.y).toBeCloseTo(radius, 1)
  })

  it('rolls as a roller does: the body goes twice as far as the roller', () => {
    const [a, b] = (figures['thoracic-roll'] as SideFigure).keys.map((k) => k.pose)
    if (!a?.tool || !b?.tool) throw new Error('no roller')
    expect((b.hip.x - a.hip.x) / (b.tool.x - a.tool.x)).toBeCloseTo(2, 0)
  })

  it('lifts the hips for rolling and leaves them down for the extension', () => {
    const hips = (id: 'thoracic-roll' | 'thoracic-extension') => (figures[id] as SideFigure).keys.map((k) => k.pose.hip.y)
    expect(Math.min(...hips('thoracic-roll')) - Math.max(...hips('thoracic-extension'))).toBeGreaterThan(5)
  })

  it('is found by its id, and nothing is made up for others', () => {
    expect(figureOf('cat-cow')?.figure).toBe(figures['cat-cow'])
    expect(figureOf('toString')).toBeNull()
  })
})

describe('time', () => {
  const keys = [{ pose: 'a', moveS: 2, stayS: 1 }, { pose: 'b', moveS: 2, stayS: 3 }]
  it.each([[0, 'b', 'a', 0], [1, 'b', 'a', 0.5], [2.5, 'a', 'a', 0], [4, 'a', 'b', 0.5], [6, 'b', 'b', 0], [9, 'b', 'a', 0.5], [-2, 'b', 'b', 0]])('at %d s', (t, from, to, k) => {
    const found = moment(keys, t)
    expect([found.from, found.to]).toEqual([from, to])
    expect(found.k).toBeCloseTo(k)
  })
})

describe('shapes', () => {
  it('a joint lies at its bones’ lengths, on the side it is told to', () => {
    const up = joint(point(0, 0), point(60, 0), 40, 40, 1)
    expect([distance(up, point(0, 0)), distance(up, point(60, 0))].map(Math.round)).toEqual([40, 40])
    expect(up.y).toBeGreaterThan(0)
    expect(joint(point(0, 0), point(60, 0), 40, 40, -1).y).toBeCloseTo(-up.y)
  })
  it('what is out of reach is stretched for, not broken', () => {
    const far = joint(point(0, 0), point(200, 0), 40, 40, 1)
    expect(distance(far, point(0, 0))).toBeCloseTo(40, 0)
  })
  it('a limb shorter than its thicker end is that end', () => {
    expect(limb(point(0, 0), point(1, 0), 9, 3)).toBe(limb(point(0, 0), point(0.5, 0), 9, 3))
  })
  it('y goes up here and down in SVG', () => {
    expect(smooth([point(0, 5), point(10, 5)])).toMatch(/^M0 -5C/)
  })
})
