// track.bin: everything that was read from each analysed frame, as columns. The columns are views of the file as it
// came: nothing is copied.

import type { Frame, Knowing, Reading } from '../lib/protocol'
import { list, number, object, oneOf, string, type Checked } from '../lib/validate'

const magic = 'RWTRACK1'
const sizes = { f64: 8, f32: 4, u32: 4, u8: 1 } as const

const column = object({ name: string, type: oneOf('f64', 'f32', 'u32', 'u8'), per: number, at: number })
const header = object({
  frames: number,
  width: number,
  height: number,
  codes: list(string),
  levels: list(string),
  zones: list(string),
  states: list(string),
  phases: list(string),
  columns: list(column),
})
export type Header = Checked<typeof header>

/** Tells what is wrong with a file. */
export class BadTrack extends Error {
  override name = 'BadTrack'
}

export const landmarkCount = 33
const unknown = 255

/** The columns of one number a frame. */
export type Curve = 's' | 's_sigma' | 'speed_cm_s' | 'hip_lift_cm' | 'knee_deg' | 'neck_deg' | 'shk_deg' | 'yaw_deg' | 'px_per_cm' | 'radius' | 'pose_score' | 'roller_score'
type Small = 'level' | 'zone' | 'state' | 'phase'

export class Track {
  readonly frames: number
  readonly size: readonly [number, number]
  /** Session time of each frame in s, rising. */
  readonly t: Float64Array
  /** x, y, visibility of each landmark of each frame. */
  readonly landmarks: Float32Array
  readonly near: Float32Array
  readonly far: Float32Array
  /** A bit for each code that was active. */
  readonly active: Uint32Array
  /** The usual time between two frames in s: the median. */
  readonly step: number
  private readonly views = new Map<string, ArrayLike<number>>()

  constructor(buffer: ArrayBuffer) {
    this.head = readHeader(buffer)
    this.frames = this.head.frames
    this.size = [this.head.width, this.head.height]
    for (const c of this.head.columns) this.views.set(c.name, view(buffer, c, this.frames))
    const get = <T extends ArrayLike<number>>(name: string, kind: abstract new (...args: never[]) => T, per: number): T => {
      const v = this.views.get(name)
      if (!(v instanceof kind) || v.length !== per * this.frames) throw new BadTrack(`column ${name} is missing or of another form`)
      return v
    }
    this.t = get('t', Float64Array, 1)
    this.landmarks = get('landmarks', Float32Array, 3 * landmarkCount)
    this.near = get('near', Float32Array, 2)
    this.far = get('far', Float32Array, 2)
    this.active = get('active', Uint32Array, 1)
    for (const name of ['s', 's_sigma', 'speed_cm_s', 'hip_lift_cm', 'radius', 'px_per_cm']) get(name, Float32Array, 1)
    for (const name of ['level', 'zone', 'state', 'phase']) get(name, Uint8Array, 1)
    this.step = usualStep(this.t)
  }
  readonly head: Header

  curve(name: Curve): Float32Array {
    const v = this.views.get(name)
    if (!(v instanceof Float32Array)) throw new BadTrack(`column ${name} is missing`)
    return v
  }

  small(name: Small): Uint8Array {
    return this.views.get(name) as Uint8Array // seen to by the constructor
  }

  /** The name of a frame's level, zone, state or phase; null where it is not known. */
  word(name: Small, i: number): string | null {
    const at = this.small(name)[i] ?? unknown
    const names = { level: this.head.levels, zone: this.head.zones, state: this.head.states, phase: this.head.phases }[name]
    return at === unknown ? null : (names[at] ?? null)
  }

  codesAt(i: number): string[] {
    const bits = this.active[i] ?? 0
    return this.head.codes.filter((_, bit) => bit < 32 && (bits >>> bit) & 1)
  }

  /** Pixels of the video per centimetre in a frame, or null where the scale is not known. */
  scaleAt(i: number): number | null {
    const k = this.curve('px_per_cm')[i] ?? Number.NaN
    return k > 0 ? k : null
  }

  /** The frame whose time is nearest to t; −1 if there is none at all. Of two as near, the earlier one. */
  nearest(t: number): number {
    const n = this.frames
    if (n === 0) return -1
    const after = this.from(t)
    if (after === 0) return 0
    if (after === n) return n - 1
    return (this.t[after] as number) - t < t - (this.t[after - 1] as number) ? after : after - 1
  }

  /** The first frame at t or later; the number of frames if there is none. */
  from(t: number): number {
    let [lo, hi] = [0, this.frames]
    while (lo < hi) {
      const middle = (lo + hi) >>> 1
      if ((this.t[middle] as number) < t) lo = middle + 1
      else hi = middle
    }
    return lo
  }

  /** A frame as the overlay wants it. Depth is not kept: which side is near is told by what can be seen. */
  frame(i: number): Frame | null {
    if (!(i >= 0 && i < this.frames)) return null
    const value = (name: Curve): number | null => this.value(name, i)
    const first = 3 * landmarkCount * i
    const seen = !Number.isNaN(this.landmarks[first + 2] as number)
    const radius = value('radius')
    return {
      t: this.t[i] as number,
      pose: seen ? { score: value('pose_score'), landmarks: landmarksFrom(this.landmarks, first) } : null,
      roller: radius === null ? null : { score: value('roller_score'), near: pair(this.near, i), far: Number.isNaN(this.far[2 * i] as number) ? null : pair(this.far, i), radius },
      reading: this.reading(i),
      active: this.codesAt(i),
    }
  }

  /** What was read from a frame. */
  reading(i: number): Reading {
    return {
      s: this.value('s', i),
      s_sigma: this.value('s_sigma', i),
      level: this.word('level', i),
      zone: this.word('zone', i),
      speed_cm_s: this.value('speed_cm_s', i),
      hip_lift_cm: this.value('hip_lift_cm', i),
      knee_deg: this.value('knee_deg', i),
      neck_deg: this.value('neck_deg', i),
      shk_deg: this.value('shk_deg', i),
      state: (this.word('state', i) ?? 'unseen') as Knowing,
    }
  }

  private value(name: Curve, i: number): number | null {
    const v = this.views.get(name)?.[i]
    return v === undefined || Number.isNaN(v) ? null : v
  }
}

function usualStep(t: Float64Array): number {
  const n = Math.min(t.length - 1, 2000)
  if (n < 1) return 1 / 30
  const gaps = Float64Array.from({ length: n }, (_, i) => (t[i + 1] as number) - (t[i] as number)).sort()
  return gaps[n >> 1] || 1 / 30
}

const pair = (of: Float32Array, i: number): [number, number] => [of[2 * i] as number, of[2 * i + 1] as number]

function landmarksFrom(of: Float32Array, first: number): [number, number, number, number][] {
  return Array.from({ length: landmarkCount }, (_, j) => {
    const at = first + 3 * j
    return [of[at] as number, of[at + 1] as number, 0, of[at + 2] as number]
  })
}

function readHeader(buffer: ArrayBuffer): Header {
  const text = new TextDecoder()
  if (buffer.byteLength < 12 || text.decode(new Uint8Array(buffer, 0, 8)) !== magic) throw new BadTrack('it does not begin as a track does')
  const long = new DataView(buffer).getUint32(8, true)
  if (12 + long > buffer.byteLength) throw new BadTrack('it ends within its header')
  let value: unknown
  try {
    value = JSON.parse(text.decode(new Uint8Array(buffer, 12, long)))
  } catch {
    throw new BadTrack('its header is no JSON')
  }
  return header(value, 'track')
}

function view(buffer: ArrayBuffer, c: Header['columns'][number], frames: number): ArrayLike<number> {
  const n = frames * c.per
  const fits = Number.isInteger(n) && n >= 0 && Number.isInteger(c.at) && c.at >= 0 && c.at % sizes[c.type] === 0
  if (!fits || c.at + n * sizes[c.type] > buffer.byteLength) throw new BadTrack(`column ${c.name} lies outside of it`)
  switch (c.type) {
    case 'f64':
      return new Float64Array(buffer, c.at, n)
    case 'f32':
      return new Float32Array(buffer, c.at, n)
    case 'u32':
      return new Uint32Array(buffer, c.at, n)
    case 'u8':
      return new Uint8Array(buffer, c.at, n)
  }
}
