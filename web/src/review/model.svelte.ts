// One session under review: what was read of it, where the player is, what has been drawn, noted and marked.

import type { App } from '../lib/app.svelte'
import { planTitle } from '../lib/check/view'
import { defaultLimits, limitsOf, type Limits } from '../lib/check/limits'
import { levelRows } from '../lib/overlay/zones'
import type { Layers } from '../lib/overlay/paint'
import { wordFor } from '../words'
import { getSession, getTrack, marks, notes, type Draft, type Finding, type Mark, type Note, type Opened } from './api'
import { blocks, holdBands, runs, type Band } from './bands'
import { heatOf } from './heat'
import { History, Keeping, type Kept } from './history.svelte'
import { passesOf } from './passes'
import { Player, type Range } from './player.svelte'
import type { Kind, Shape } from './shapes'
import type { Track } from './track'

/** How long something that was drawn stays in sight while the session plays, in s. */
export const shownS = 2

export const layerNames = ['skeleton', 'spine', 'roller', 'level', 'drawing'] as const
export type LayerName = (typeof layerNames)[number]

/** A finding with its place among the session's. */
export interface Cue extends Finding {
  at: number
}

export interface Selected {
  key: string
  shape: number
}

/** A session that is not analysed yet: it can be asked for again. */
export class NotReady extends Error {
  override name = 'NotReady'
}

/** Fetches what a review needs. Throws ApiError, BadTrack, Malformed or NotReady. */
export async function load(id: string): Promise<{ opened: Opened; track: Track }> {
  const track = getTrack(id)
  track.catch(() => undefined) // told below, unless the session says more
  const opened = await getSession(id)
  if (['recording', 'uploading', 'queued', 'analysing'].includes(opened.session.state)) throw new NotReady(opened.session.state)
  if (opened.session.state === 'failed' && opened.session.error) throw new Error(opened.session.error)
  return { opened, track: await track }
}

export class Model {
  readonly id: string
  readonly player: Player
  readonly limits: Limits
  readonly levels: { level: string; s: number }[]
  readonly cues: Cue[]
  readonly passes: Range[]
  readonly holds: Band[]
  readonly zones: Band[]
  readonly phases: Band[]
  readonly history = new History()
  readonly notes: Keeping<Draft<Note>>
  readonly marks: Keeping<Draft<Mark>>

  layers = $state<Layers & { drawing: boolean }>({ skeleton: true, spine: true, roller: true, level: true, drawing: true })
  /** What is drawn next; "pick" takes hold of what is there; null: nothing is drawn. */
  tool = $state<Kind | 'pick' | null>(null)
  selected = $state.raw<Selected | null>(null)
  // Null shows all of it, however long it turns out to be.
  private part = $state.raw<Range | null>(null)

  constructor(
    readonly app: App,
    readonly opened: Opened,
    readonly track: Track,
  ) {
    this.id = opened.session.id
    const video = opened.session.video
    this.player = new Player(track, video ? video.offset_s : null)
    this.limits = opened.rules ? limitsOf(opened.rules) : defaultLimits
    this.levels = opened.rules?.levels ?? []
    this.cues = (opened.result?.cues ?? []).map((c, at) => ({ ...c, at })).sort((a, b) => a.start_s - b.start_s)
    this.passes = passesOf(track, this.cues, opened.result?.holds ?? [])
    this.holds = holdBands(opened.result?.holds ?? [])
    this.zones = runs(track, 'zone', app.words.setup.zones)
    this.phases = runs(track, 'phase', app.words.review.phases)
    this.notes = new Keeping<Draft<Note>>(
      { create: (n) => notes.create(this.id, n), update: (key, n) => notes.update(this.id, key, n), remove: (key) => notes.remove(this.id, key) },
      this.history,
      opened.notes,
    )
    this.marks = new Keeping<Draft<Mark>>({ create: (m) => marks.create(this.id, m), remove: (key) => marks.remove(this.id, key) }, this.history, opened.marks)
  }

  /** The part of the session that the timeline shows. */
  get view(): Range {
    return this.part ?? this.player.span
  }

  set view(view: Range) {
    const { from, to } = this.player.span
    this.part = view.from <= from && view.to >= to ? null : view
  }

  readonly frame = $derived.by(() => this.track.frame(this.player.index))
  readonly size = $derived.by((): readonly [number, number] => {
    const [w, h] = this.track.size
    if (w > 0 && h > 0) return [w, h]
    const v = this.opened.session.video
    return v && v.width > 0 ? [v.width, v.height] : [16, 9]
  })
  /** Pixels per centimetre of the frame that is shown; null where the scale is not known. */
  readonly scale = $derived.by(() => (this.player.index >= 0 ? this.track.scaleAt(this.player.index) : null))
  readonly falseCues = $derived.by(() => new Map(this.marks.items.filter((m) => m.value.kind === 'false' && m.value.cue !== null).map((m) => [m.value.cue, m.key])))
  readonly missed = $derived.by(() => this.marks.items.filter((m) => m.value.kind === 'missed'))
  readonly notesInOrder = $derived.by(() => this.notes.items.toSorted((a, b) => a.value.t - b.value.t))

  /** What the person said that it hurt, for as long as the words take on the timeline. */
  get pains(): Band[] {
    const long = Math.max(1, 0.08 * (this.player.span.to - this.player.span.from))
    const told = this.opened.events.filter((e) => e.type === 'pain' && e.value !== null)
    return told.map((e) => ({ from: e.t, to: e.t + long, name: 'pain', text: this.app.words.t('review.painOf', { n: e.value ?? 0 }) }))
  }

  blockBands(): Band[] {
    const title = (exercise: string, side: string): string => {
      const name = this.app.catalogue?.lessons.find((l) => l.id === exercise)?.title ?? this.titleOf(exercise)
      return planTitle({ title: name, side: side || null }, this.app.words)
    }
    return blocks(this.opened.events, this.player.span.to, title)
  }

  titleOf(exercise: string): string {
    const rules = this.opened.rules
    return rules && rules.id === exercise ? rules.title : exercise
  }

  heat(range: Range | null = null) {
    return heatOf(this.track, this.levels, this.limits.zones, range)
  }

  get levelNames(): string[] {
    return levelRows(this.levels, this.limits.zones).map((r) => r.level)
  }

  /** A cue's name, short enough for a band. */
  nameOf(code: string): string {
    return wordFor(this.app.words.library.cues, code, this.textOf(code))
  }

  /** The words for a cue's code. */
  textOf(code: string): string {
    return this.opened.cue_texts[code] ?? this.cues.find((c) => c.code === code)?.text ?? code
  }

  /** Notes that are shown at the present time: on their frame, or for a while when the session plays. */
  readonly shown = $derived.by(() => this.notes.items.filter((n) => this.isShown(n.value)))

  private isShown({ t, end_t }: Draft<Note>): boolean {
    const half = this.track.step / 2 + 1e-6
    const end = end_t ?? (this.player.playing ? t + shownS : t)
    return this.player.at >= t - half && this.player.at <= end + half
  }

  /** The time of the frame where the cursor is. */
  get now(): number {
    const t = this.track.t[this.track.nearest(this.player.at)]
    return t !== undefined && Math.abs(t - this.player.at) < this.track.step ? t : this.player.at
  }

  /** The note that belongs to the frame that is shown. */
  get noteHere(): Kept<Draft<Note>> | null {
    const half = this.track.step / 2
    return this.notes.items.findLast((n) => Math.abs(n.value.t - this.now) < half) ?? null
  }

  /** The note of this frame, made if there is none. */
  takeNote(): string {
    return this.noteHere?.key ?? this.notes.add({ t: this.now, end_t: null, text: '', shapes: [] })
  }

  addShape(shape: Shape): void {
    const here = this.noteHere
    if (!here) {
      const key = this.notes.add({ t: this.now, end_t: null, text: '', shapes: [shape] })
      this.selected = { key, shape: 0 }
      return
    }
    this.notes.change(here.key, { ...here.value, shapes: [...here.value.shapes, shape] })
    this.selected = { key: here.key, shape: here.value.shapes.length }
  }

  changeShape({ key, shape }: Selected, to: Shape | null): void {
    const note = this.notes.get(key)
    if (!note) return
    const shapes = to ? note.shapes.with(shape, to) : note.shapes.toSpliced(shape, 1)
    this.notes.change(key, shapes.length === 0 && note.text === '' ? null : { ...note, shapes })
    if (!to) this.selected = null
  }

  removeSelected(): void {
    if (this.selected) this.changeShape(this.selected, null)
  }

  /** Draws, or stops drawing: only a picture that stands still can be drawn on. */
  setTool(tool: Kind | 'pick' | null): void {
    if (tool) {
      this.player.pause()
      this.layers.drawing = true
    }
    this.tool = tool
    if (tool !== 'pick') this.selected = null
  }

  toggleFalse(cue: Cue): void {
    const key = this.falseCues.get(cue.at)
    if (key) this.marks.change(key, null)
    else this.marks.add({ kind: 'false', code: cue.code, cue: cue.at, start_s: cue.start_s, end_s: cue.end_s, note: '' })
  }

  addMissed(code: string, { from, to }: Range): void {
    this.marks.add({ kind: 'missed', code, cue: null, start_s: from, end_s: to, note: '' })
  }

  /** All but praise: what there is to look at. */
  readonly findings = $derived.by(() => this.cues.filter((c) => c.severity !== 'praise'))
  /** What was corrected, as the library and the report count it: setting up is no correction. */
  readonly corrections = $derived.by(() => this.findings.filter((c) => c.severity !== 'setup'))

  /** The finding that is on at a time; the one that began last. */
  cueAt(t: number): Cue | null {
    return this.findings.findLast((c) => t >= c.start_s - this.track.step && t <= c.end_s + this.track.step) ?? null
  }

  nextCue(by: 1 | -1): void {
    const t = this.player.at
    const next = by > 0 ? this.findings.find((c) => c.start_s > t + this.track.step) : this.findings.findLast((c) => c.start_s < t - this.track.step)
    if (next) this.goTo(next.start_s)
  }

  /** Goes to a time, and brings it into the timeline's view. */
  goTo(t: number): void {
    this.player.seek(t)
    const { from, to } = this.view
    if (t < from || t > to) this.view = { from: t - (to - from) / 2, to: t + (to - from) / 2 }
  }
}
