// The tone before safety cues: two soft falling notes, a quarter of a second in all.

import type { ToneSink } from './speaker'

const notes = [
  { hz: 880, from: 0 },
  { hz: 660, from: 0.12 },
] as const
const noteS = 0.11
const wholeMs = 240

export class WebAudioTone implements ToneSink {
  private context: AudioContext | null = null

  /** Call it from a click or key press: browsers let no page sound before. */
  unlock(): void {
    if (typeof AudioContext === 'undefined') return
    this.context ??= new AudioContext()
    void this.context.resume().catch(() => undefined)
  }

  async warn(volume: number): Promise<void> {
    const c = this.context
    if (!c || c.state !== 'running' || volume <= 0) return
    for (const note of notes) {
      const oscillator = c.createOscillator()
      const gain = c.createGain()
      const from = c.currentTime + note.from
      oscillator.type = 'triangle'
      oscillator.frequency.value = note.hz
      gain.gain.setValueAtTime(0, from)
      gain.gain.linearRampToValueAtTime(0.5 * volume, from + 0.015)
      gain.gain.exponentialRampToValueAtTime(0.001, from + noteS)
      oscillator.connect(gain).connect(c.destination)
      oscillator.start(from)
      oscillator.stop(from + noteS)
    }
    await new Promise((resolve) => setTimeout(resolve, wholeMs))
  }
}
