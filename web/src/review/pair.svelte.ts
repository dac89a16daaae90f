// Two sessions beside each other: the first leads, the second follows it by time or by pass.

import { clamp } from '../lib/overlay/geometry'
import type { Model } from './model.svelte'
import { byPass, byTime, type Alignment } from './passes'

export type Mode = 'time' | 'pass'

// Nearer than this the second one is in step; farther than that it jumps.
const closeS = 0.03
const jumpS = 0.6

export class Pair {
  mode = $state<Mode>('time')
  /** What the second one is moved by: seconds, and whole passes. */
  offset = $state(0)
  shift = $state(0)

  constructor(
    readonly a: Model,
    readonly b: Model,
  ) {
    if (this.hasPasses) this.mode = 'pass'
  }

  readonly passAlignment = $derived.by(() => byPass(this.a.passes, this.b.passes, this.shift))
  readonly alignment = $derived.by((): Alignment => {
    const plain = byTime(this.a.player.span.from, this.b.player.span.from, this.offset)
    return this.mode === 'pass' ? (this.passAlignment ?? plain) : plain
  })

  /** Whether passes were found in both. */
  get hasPasses(): boolean {
    return byPass(this.a.passes, this.b.passes) !== null
  }

  toggle(): void {
    if (this.a.player.playing) this.pause()
    else this.a.player.play()
  }

  pause(): void {
    this.a.player.pause()
    this.b.player.pause()
    this.settle()
  }

  seek(t: number): void {
    this.a.player.seek(t)
  }

  step(by: number): void {
    this.a.player.step(by)
  }

  setRate(rate: number): void {
    this.a.player.setRate(rate)
    this.b.player.setRate(rate)
  }

  move(by: number): void {
    if (this.mode === 'time') this.offset = Math.round((this.offset + by) * 1000) / 1000
    else {
      const next = clamp(this.shift + Math.sign(by), -this.a.passes.length, this.b.passes.length)
      if (byPass(this.a.passes, this.b.passes, next)) this.shift = next
    }
  }

  /** Brings the second one to where the first one is. Called whenever the first one has moved. */
  follow(): void {
    const { a, b, alignment } = this
    const goal = alignment.toB(a.player.at)
    const outside = goal < b.player.span.from || goal >= b.player.span.to
    if (a.player.going !== 'on' || outside) return this.settle()
    const late = goal - b.player.at
    b.player.setRate(a.player.rate)
    if (Math.abs(late) > jumpS) b.player.seek(goal)
    // A little faster or slower until it is in step: a jump could be seen.
    b.player.setFactor(alignment.rateB(a.player.at) * (Math.abs(late) < closeS ? 1 : clamp(1 + late, 0.6, 1.6)))
    if (!b.player.playing) b.player.play()
  }

  private settle(): void {
    const { a, b, alignment } = this
    if (b.player.playing) b.player.pause()
    b.player.seek(alignment.toB(a.player.at))
  }
}
