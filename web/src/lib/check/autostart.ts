// Starting by itself: the person lies on the roller, away from the screen. When everything has been green for three
// seconds with the back on the roller, it counts down from five and starts; anything that goes wrong stops the count.

export const settleS = 3
export const countS = 5

export type Countdown =
  | { kind: 'waiting' }
  | { kind: 'settling' }
  /** left: whole seconds still to go, 5…1 */
  | { kind: 'counting'; left: number }
  | { kind: 'go' }
  /** The person said "wait": it does not begin again until it is asked to. */
  | { kind: 'held' }

export class AutoStart {
  private since: number | null = null
  private held = false

  /** Takes how things stand at time now (s, any clock that rises). */
  step(ready: boolean, now: number): Countdown {
    if (this.held) return { kind: 'held' }
    if (!ready) {
      this.since = null
      return { kind: 'waiting' }
    }
    this.since ??= now
    const t = now - this.since
    if (t < settleS) return { kind: 'settling' }
    const left = countS - Math.floor(t - settleS)
    return left <= 0 ? { kind: 'go' } : { kind: 'counting', left }
  }

  hold(): void {
    this.held = true
    this.since = null
  }

  resume(): void {
    this.held = false
    this.since = null
  }
}
