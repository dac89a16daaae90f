// How old the news on the screen is: from the capture of the frame it speaks of to now. Both ends are clocks of this
// device as long as the capture time travels with the picture.

const kept = 40
// A delay outside of this comes from a clock that is not ours, or from a page that slept.
const believable = 10_000

export class DelayMeter {
  private readonly last: number[] = []

  /** Takes a message's capture time, ms since 1970, and when it was received, same clock. */
  add(captureMs: number | null, receivedMs: number): void {
    if (captureMs === null) return
    const delay = receivedMs - captureMs
    if (!(delay >= 0 && delay < believable)) return
    this.last.push(delay)
    if (this.last.length > kept) this.last.shift()
  }

  /** The median of the last messages in ms, null before the first. */
  median(): number | null {
    if (this.last.length === 0) return null
    const sorted = [...this.last].sort((a, b) => a - b)
    return Math.round(sorted[Math.floor(sorted.length / 2)] as number)
  }

  clear(): void {
    this.last.length = 0
  }
}

/** Now, ms since 1970 with fractions, on the clock that the pictures' capture times use. */
export const wallMs = (): number => performance.timeOrigin + performance.now()
