// Draws the bands of the timeline. Names, shapes and patterns tell them apart, not colours alone.

import { edge, ground, ink, lumbar, thoracic, zoneColour } from '../lib/overlay/palette'
import { rowsOf, type Band } from './bands'
import { axisClock } from './format'
import type { Cue } from './model.svelte'
import { tickStep } from './plotdata'
import type { Range } from './player.svelte'

const dim = '#a3b2b4'
const line = '#33454b'
const panel = '#1f2b30'
const drawn = '#8fd3ff'
const pale = '#f6e0a6'
const font = '600 11px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif'

export const rulerHeight = 24
export const rowHeight = 20
export const mostCueRows = 3

export interface CueBand extends Band {
  cue: Cue | null
  /** A coach says that it should not have come. */
  marked: boolean
}

export interface Bands {
  cues: CueBand[]
  zones: Band[]
  holds: Band[]
  passes: Band[]
  blocks: Band[]
  phases: Band[]
  /** What hurt, when, and how much. */
  pains: Band[]
  /** Times of notes. */
  notes: number[]
}

export type RowName = 'cues' | 'zones' | 'holds' | 'passes' | 'blocks' | 'phases' | 'pains'
export interface Row {
  name: RowName
  top: number
  height: number
}

/** Which rows there are and where: those that have something to show. */
export function layout(bands: Bands): Row[] {
  const rows: Row[] = []
  let top = rulerHeight
  const add = (name: RowName, lines: number): void => {
    rows.push({ name, top, height: lines * rowHeight })
    top += lines * rowHeight + 6
  }
  add('cues', Math.max(1, Math.min(mostCueRows, Math.max(0, ...rowsOf(bands.cues, mostCueRows)) + 1)))
  for (const name of ['zones', 'holds', 'passes', 'blocks', 'pains'] as const) if (bands[name].length > 0) add(name, 1)
  if (new Set(bands.phases.map((p) => p.name)).size > 1) add('phases', 1)
  return rows
}

export const heightOf = (rows: Row[]): number => (rows.at(-1)?.top ?? rulerHeight) + (rows.at(-1)?.height ?? 0) + 4

export function paintBands(g: CanvasRenderingContext2D, bands: Bands, rows: Row[], view: Range, width: number, height: number): void {
  g.clearRect(0, 0, width, height)
  g.font = font
  g.textBaseline = 'middle'
  const x = (t: number): number => ((t - view.from) / (view.to - view.from)) * width
  ruler(g, bands.notes, view, width, height, x)
  const pen: Pen = { g, x, width, view }
  for (const row of rows) {
    if (row.name === 'cues') cueRow(pen, bands.cues, row)
    else for (const b of bands[row.name]) plainBand(pen, b, row)
  }
}

interface Pen {
  g: CanvasRenderingContext2D
  x(t: number): number
  width: number
  view: Range
}

function ruler(g: CanvasRenderingContext2D, notes: number[], view: Range, width: number, height: number, x: (t: number) => number): void {
  const step = tickStep(view, width / 72)
  g.lineWidth = 1
  for (let k = Math.ceil(view.from / step); k * step <= view.to; k++) {
    const at = Math.round(x(k * step)) + 0.5
    g.strokeStyle = line
    g.globalAlpha = 0.55
    g.beginPath()
    g.moveTo(at, rulerHeight - 4)
    g.lineTo(at, height)
    g.stroke()
    g.globalAlpha = 1
    g.fillStyle = dim
    const text = axisClock(k * step, step)
    const wide = g.measureText(text).width
    if (at - wide / 2 >= 0 && at + wide / 2 <= width) g.fillText(text, at - wide / 2, 9)
  }
  g.fillStyle = drawn
  for (const t of notes) {
    const at = x(t)
    g.beginPath()
    g.moveTo(at - 5, rulerHeight - 9)
    g.lineTo(at + 5, rulerHeight - 9)
    g.lineTo(at, rulerHeight - 1)
    g.fill()
  }
}

// The part of a band that is in sight; null if it is not.
function box({ x, width, view }: Pen, { from, to }: Range): { left: number; wide: number } | null {
  if (to < view.from || from > view.to) return null
  const left = Math.max(0, x(from))
  return { left, wide: Math.max(2.5, Math.min(width, x(to)) - left) }
}

function write(g: CanvasRenderingContext2D, text: string, left: number, wide: number, middle: number): void {
  if (wide < 22 || text === '') return
  let said = text
  if (g.measureText(said).width > wide) {
    while (said.length > 1 && g.measureText(`${said}…`).width > wide) said = said.slice(0, -1)
    if (said.length < 3) return
    said += '…'
  }
  g.fillText(said, left, middle)
}

const severityColour = (severity: string): string => ({ safety: lumbar, technique: edge, pace: pale, praise: thoracic })[severity] ?? dim

function cueRow(pen: Pen, cues: CueBand[], row: Row): void {
  const { g } = pen
  const at = rowsOf(cues, Math.max(1, Math.round(row.height / rowHeight)))
  cues.forEach((band, i) => {
    const b = box(pen, band)
    if (!b) return
    const top = row.top + (at[i] as number) * rowHeight + 1
    const tall = rowHeight - 3
    const missed = band.cue === null
    g.globalAlpha = band.marked ? 0.35 : 1
    g.fillStyle = missed ? ground : severityColour(band.cue?.severity ?? '')
    g.beginPath()
    g.roundRect(b.left, top, b.wide, tall, Math.min(5, b.wide / 2))
    g.fill()
    if (missed) {
      g.strokeStyle = drawn
      g.setLineDash([4, 3])
      g.stroke()
      g.setLineDash([])
    }
    g.fillStyle = missed ? drawn : '#10191c'
    if (b.wide >= 14) sign(g, band.cue?.severity ?? 'missed', b.left + 8, top + tall / 2)
    write(g, band.text, b.left + 16, b.wide - 20, top + tall / 2 + 0.5)
    if (band.marked) g.fillRect(b.left, top + tall / 2 - 0.75, b.wide, 1.5)
    g.globalAlpha = 1
  })
}

// A shape for each severity: octagon, disc, triangle, tick, square; a flag's dot for what was missed.
function sign(g: CanvasRenderingContext2D, severity: string, x: number, y: number): void {
  const sides = { safety: 8, pace: 3, setup: 4, technique: 24, praise: 24 }[severity] ?? 4
  g.beginPath()
  for (let i = 0; i < sides; i++) {
    const way = (2 * Math.PI * (i + 0.5)) / sides + Math.PI / 2 + (sides === 3 ? Math.PI / 3 : 0)
    const p = [x + 4.2 * Math.cos(way), y + 4.2 * Math.sin(way)] as const
    if (i === 0) g.moveTo(...p)
    else g.lineTo(...p)
  }
  g.fill()
}

function plainBand(pen: Pen, band: Band, row: Row): void {
  const { g } = pen
  const b = box(pen, band)
  if (!b) return
  const zone = row.name === 'zones'
  if (zone && band.name === 'off') return offBand(pen, band, b, row)
  const tall = row.height - 3
  g.fillStyle = zone ? zoneColour(band.name) : panel
  g.globalAlpha = zone ? 0.92 : 1
  g.beginPath()
  g.roundRect(b.left, row.top + 1, b.wide, tall, zone ? 0 : Math.min(5, b.wide / 2))
  g.fill()
  g.globalAlpha = 1
  if (zone) pattern(g, band.name, b.left, row.top + 1, b.wide, tall)
  else {
    g.strokeStyle = row.name === 'holds' ? thoracic : '#4c636a'
    g.lineWidth = 1
    g.stroke()
  }
  g.fillStyle = zone ? '#0b1113' : ink
  write(g, band.text, b.left + 6, b.wide - 10, row.top + tall / 2 + 1.5)
}

function offBand({ g }: Pen, band: Band, b: { left: number; wide: number }, row: Row): void {
  g.strokeStyle = line
  g.lineWidth = 1
  g.beginPath()
  g.moveTo(b.left, row.top + row.height / 2)
  g.lineTo(b.left + b.wide, row.top + row.height / 2)
  g.stroke()
  g.fillStyle = dim
  const wide = g.measureText(band.text).width
  if (wide + 16 < b.wide) {
    g.clearRect(b.left + 4, row.top + 2, wide + 8, row.height - 4)
    write(g, band.text, b.left + 8, b.wide - 10, row.top + row.height / 2)
  }
}

// Zones that are to be kept off are striped; the edge has one stripe along.
function pattern(g: CanvasRenderingContext2D, zone: string, left: number, top: number, wide: number, tall: number): void {
  if (zone === 'thoracic') return
  g.save()
  g.beginPath()
  g.rect(left, top, wide, tall)
  g.clip()
  g.strokeStyle = '#0b1113'
  g.globalAlpha = 0.28
  g.lineWidth = 2
  g.beginPath()
  if (zone === 'lower_thoracic') {
    g.moveTo(left, top + tall - 2)
    g.lineTo(left + wide, top + tall - 2)
  } else {
    const lean = zone === 'neck' ? -tall : tall
    for (let at = Math.floor(left / 9) * 9 - tall; at < left + wide + tall; at += 9) {
      g.moveTo(at, top + tall)
      g.lineTo(at + lean, top)
    }
  }
  g.stroke()
  g.restore()
}
