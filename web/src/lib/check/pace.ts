// Shares of the time at which speed: the page's own count, over the time in which the speed was known.

export interface PaceLimits {
  hint: number
  cue: number
}

export interface PaceShares {
  calm: number
  brisk: number
  fast: number
  /** How much time the shares speak of, in s. */
  knownS: number
}

// Between two messages further apart than this nobody knows what happened.
const gapMax = 0.5
export class PaceCounter {
  private calm = 0
  private brisk = 0
  private fast = 0
  private before: { t: number; speed: number } | null = null

  add(t: number | null, speed: number | null, limits: PaceLimits): void {
    if (t === null || speed === null) {
      this.before = null
      return
    }
    const b = this.before
    this.before = { t, speed: Math.abs(speed) }
    if (!b) return
    const dt = t - b.t
    if (!(dt > 0 && dt <= gapMax)) return
    if (b.speed >= limits.cue) this.fast += dt
    else if (b.speed >= limits.hint) this.brisk += dt
    else this.calm += dt
  }

  pause(): void {
    this.before = null
  }

  shares(): PaceShares {
    const knownS = this.calm + this.brisk + this.fast
    const of = (v: number): number => (knownS > 0 ? v / knownS : 0)
    return { calm: of(this.calm), brisk: of(this.brisk), fast: of(this.fast), knownS }
  }
}
