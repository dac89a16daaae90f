// How fast something is sent, and how long the rest takes.

const windowMs = 6000

export class Pace {
  private samples: { at: number; bytes: number }[] = []

  /** So many bytes have been sent in all, at a time in ms. */
  add(bytes: number, at: number): void {
    // What was there already, or has to be sent again, tells nothing about the line.
    if (bytes < (this.samples.at(-1)?.bytes ?? 0)) this.samples = []
    this.samples.push({ at, bytes })
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > windowMs) this.samples.shift()
  }

  reset(): void {
    this.samples = []
  }

  /** Bytes a second over the last seconds; null before that can be told. */
  get rate(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)]
    if (!first || !last || last.at - first.at < 500 || last.bytes <= first.bytes) return null
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at)
  }
}
