// Plays a session: the video where there is one, else a clock. What is shown over the picture follows from the very frame
// that the browser says it presents, so that both agree while playing, stepping and seeking.

import { clamp } from '../lib/overlay/geometry'
import { drawPicture } from './picture'
import type { Track } from './track'

export interface Range {
  from: number
  to: number
}

export const rates = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2] as const

// A media time that lies a little behind a frame's own is surely that frame's, whatever the container rounds to.
const insideS = 0.002
// So far from any analysed frame nothing is drawn, in s, at least; and in usual steps.
const farS = 0.25
const farSteps = 1.6

// Without the length of each picture in the file (WebM) browsers guess it, and may stop one too early: then the place to
// seek to is moved on within the picture, by these shares of its length.
const tries = [0.3, 0.55, 0.75, 0.9] as const

// How long a seek's picture may take to be shown after the seek, in ms.
const patienceMs = 100

type Going = 'no' | 'on' | 'back'

export class Player {
  /** Where the cursor is, in session time: at once where somebody wants to be. */
  at = $state(0)
  /** The frame of the track that belongs to the picture that is shown; −1 if there is none near. */
  index = $state(-1)
  going = $state<Going>('no')
  rate = $state(1)
  loop = $state.raw<Range | null>(null)
  /** The browser cannot play the video: the figure is drawn on an empty stage. */
  broken = $state(false)
  /** From the first to the last thing there is to see, in session time. */
  span = $state.raw<Range>({ from: 0, to: 0 })

  /** Where the pictures are drawn, each together with its overlay; the video below is seen where that cannot be done. */
  picture: HTMLCanvasElement | null = null

  private video: HTMLVideoElement | null = null
  private wanted: number | null = null
  // The frame that a seek is to end with, and how often it was missed.
  private goal = $state.raw<{ index: number; tried: number } | null>(null)
  private waiting: ReturnType<typeof setTimeout> | undefined
  private seeking = false
  private request = 0
  private clockAt = 0
  private readonly far: number
  // How much faster or slower than the chosen rate it has to go, to stay beside another session.
  private factor = 1

  constructor(
    private readonly track: Track,
    /** What to add to a media time to get session time; null without a video. */
    private readonly offset: number | null,
  ) {
    this.far = Math.max(farS, farSteps * track.step)
    this.span = this.spanOf(null)
    this.at = this.span.from
    this.index = this.frameNear(this.at)
  }

  /** Whether the picture of a seek is still to come. */
  get busy(): boolean {
    return this.goal !== null
  }

  get playing(): boolean {
    return this.going !== 'no'
  }

  /** Takes a video element; returns what lets go of it. */
  attach(video: HTMLVideoElement): () => void {
    this.video = video
    const stop = new AbortController()
    const on = (name: keyof HTMLMediaElementEventMap, f: () => void): void => video.addEventListener(name, f, { signal: stop.signal })
    on('loadedmetadata', () => {
      this.span = this.spanOf(video.duration)
      this.seek(this.at)
    })
    on('seeked', () => this.arrived())
    on('ended', () => this.ended())
    on('pause', () => {
      if (this.going === 'on' && !video.ended) this.going = 'no'
    })
    on('error', () => this.give(video))
    let handle = 0
    const presented = (_now: number, { mediaTime }: { mediaTime: number }): void => {
      this.present((drawPicture(video, this.picture) ?? mediaTime) + (this.offset ?? 0))
      handle = video.requestVideoFrameCallback(presented)
    }
    if ('requestVideoFrameCallback' in video) handle = video.requestVideoFrameCallback(presented)
    else this.watch(video, stop.signal)
    return () => {
      stop.abort()
      if (handle) video.cancelVideoFrameCallback(handle)
      cancelAnimationFrame(this.request)
      clearTimeout(this.waiting)
      this.video = null
      this.seeking = false
    }
  }

  toggle(): void {
    if (this.playing) this.pause()
    else this.play()
  }

  play(): void {
    this.pause()
    const { from, to } = this.loop ?? this.span
    if (this.at >= to - this.track.step / 2 || this.at < from) this.seek(from)
    this.going = 'on'
    if (!this.video) return this.tick()
    this.pace()
    void this.video.play().catch(() => {
      if (this.going === 'on') this.going = 'no'
    })
  }

  /** Plays backwards: by seeking, as fast as the video allows. */
  playBack(): void {
    this.pause()
    if (this.at <= (this.loop ?? this.span).from) return
    this.going = 'back'
    this.tick()
  }

  pause(): void {
    this.going = 'no'
    cancelAnimationFrame(this.request)
    this.video?.pause()
  }

  setRate(rate: number): void {
    this.rate = clamp(rate, rates[0], rates.at(-1) as number)
    this.pace()
  }

  /** Goes so many times as fast as the rate says. */
  setFactor(factor: number): void {
    if (Math.abs(factor - this.factor) < 0.01) return
    this.factor = factor
    this.pace()
  }

  // Browsers play between 1/16 and 16 times as fast.
  private pace(): void {
    const rate = clamp(this.rate * this.factor, 0.0625, 8)
    if (this.video && this.video.playbackRate !== rate) this.video.playbackRate = rate
  }

  /** The next rate up or down. */
  changeRate(up: boolean): void {
    const next = up ? rates.find((r) => r > this.rate + 1e-6) : rates.findLast((r) => r < this.rate - 1e-6)
    if (next) this.setRate(next)
  }

  /** Goes to the analysed frame nearest to t; between seeks that are not done yet only the last one counts. */
  seek(t: number): void {
    this.goTo(clamp(t, this.span.from, this.span.to))
  }

  /** One frame or more on or back, by the frames' own times. */
  step(by: number): void {
    this.pause()
    const base = this.wanted !== null || this.seeking ? this.track.nearest(this.at) : this.index >= 0 ? this.index : this.track.nearest(this.at)
    const to = this.track.t[clamp(base + by, 0, this.track.frames - 1)]
    if (to !== undefined) this.goTo(to)
  }

  setLoop(edge: 'from' | 'to', t: number): void {
    const now = this.loop ?? this.span
    const next = { ...now, [edge]: t }
    // A beginning behind the end, or the other way round, begins anew.
    if (next.from >= next.to) this.loop = edge === 'from' ? { from: t, to: this.span.to } : { from: this.span.from, to: t }
    else this.loop = next
  }

  private goTo(t: number): void {
    const i = this.frameNear(t)
    const own = i >= 0 ? (this.track.t[i] as number) : t
    this.at = own
    if (!this.video || this.offset === null) return this.present(own)
    const gap = (this.track.t[i + 1] ?? Infinity) - own
    this.goal = i >= 0 ? { index: i, tried: 0 } : null
    this.wanted = own - this.offset + Math.min(insideS, gap / 4)
    this.hurry()
  }

  private hurry(): void {
    if (this.wanted === null || this.seeking || !this.video || this.video.readyState < HTMLMediaElement.HAVE_METADATA) return
    this.seeking = true
    this.video.currentTime = Math.max(0, this.wanted)
    this.wanted = null
  }

  private arrived(): void {
    this.seeking = false
    this.hurry()
    clearTimeout(this.waiting)
    if (this.goal !== null) this.waiting = setTimeout(() => this.aim(), patienceMs)
  }

  // Whether the seek has ended with the frame that it was for; if not it is tried again.
  private aim(): void {
    if (this.goal === null || this.seeking || this.wanted !== null || this.going !== 'no') return
    const { index, tried } = this.goal
    const share = tries[tried]
    const own = this.track.t[index]
    if (this.index === index || share === undefined || own === undefined || this.offset === null) {
      this.goal = null
      this.at = this.track.t[this.index] ?? this.at
      return
    }
    this.goal = { index, tried: tried + 1 }
    this.wanted = own - this.offset + share * ((this.track.t[index + 1] ?? own + this.track.step) - own)
    this.hurry()
  }

  private present(t: number): void {
    this.index = this.frameNear(t)
    if (this.goal?.index === this.index || this.going === 'on') this.goal = null
    // A picture from before the last seek may still come.
    if (this.goal !== null) return
    if (this.seeking || this.wanted !== null || this.going === 'back') return
    this.at = t
    // The frame that the loop ends with is still shown for as long as it lasts.
    if (this.going === 'on' && this.loop && t > this.loop.to - this.track.step / 2) this.seek(this.loop.from)
  }

  private ended(): void {
    if (this.going !== 'on') return
    this.going = 'no'
    if (this.loop) this.play()
  }

  // Without a video, and backwards, the time is kept by a clock.
  private tick(): void {
    this.clockAt = performance.now()
    const next = (now: number): void => {
      const by = (Math.max(0, now - this.clockAt) / 1000) * this.rate * this.factor
      this.clockAt = now
      if (this.going === 'back') this.goBack(by)
      else this.goOn(by)
      if (this.playing) this.request = requestAnimationFrame(next)
    }
    this.request = requestAnimationFrame(next)
  }

  private backAt = 0
  private goBack(by: number): void {
    const { from } = this.loop ?? this.span
    // `at` jumps from frame to frame; what is left between them is kept.
    this.backAt = Math.abs(this.backAt - this.at) < 2 * this.far ? this.backAt - by : this.at - by
    this.seek(Math.max(from, this.backAt))
    if (this.backAt <= from) this.pause()
  }

  private goOn(by: number): void {
    const { from, to } = this.loop ?? this.span
    const t = this.at + by
    if (t < to) return this.present(t)
    if (this.loop) return this.present(from)
    this.present(to)
    this.going = 'no'
  }

  // A browser that does not tell of its frames: the one that began last before the current time.
  private watch(video: HTMLVideoElement, signal: AbortSignal): void {
    const look = (): void => {
      if (signal.aborted) return
      if (!video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const t = video.currentTime + (this.offset ?? 0) + insideS
        const before = this.track.t[this.track.from(t) - 1] ?? t
        this.present(t - before < this.far ? before : t)
      }
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }

  private give(video: HTMLVideoElement): void {
    if (!video.error) return
    this.pause()
    this.video = null
    this.seeking = false
    this.broken = true
    this.span = this.spanOf(null)
    this.seek(this.at)
  }

  /** The frame that belongs to a time; −1 if there is none near. */
  frameNear(t: number): number {
    const i = this.track.nearest(t)
    return i >= 0 && Math.abs((this.track.t[i] as number) - t) <= this.far ? i : -1
  }

  private spanOf(duration: number | null): Range {
    const { t, frames } = this.track
    const [first, last] = [t[0] ?? 0, t[frames - 1] ?? 0]
    if (duration === null || this.offset === null || !Number.isFinite(duration)) return { from: first, to: last }
    return { from: Math.min(first, this.offset), to: Math.max(last, this.offset + duration) }
  }
}
