// When to remind somebody to breathe: people hold their breath on a tender spot.

// A hold is meant when it has lasted so long, in s; then it is said, and again once the hold is long.
const firstS = 5
const againS = 17

export class BreathReminder {
  private said = 0

  /** Takes how long the present hold lasts, in s (0: none), and tells whether to say it now. */
  step(holdS: number): boolean {
    if (holdS < 1) {
      this.said = 0
      return false
    }
    const due = this.said === 0 ? firstS : this.said === 1 ? againS : Infinity
    if (holdS < due) return false
    this.said = holdS >= againS ? 2 : 1
    return true
  }
}
