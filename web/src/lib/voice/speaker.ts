// What is said when: one thing at a time, the newest safety cue interrupts, nothing is said that is no longer true.

import type { Severity } from '../protocol'

/** What turns text into sound. Tests put their own in its place. */
export interface SpeechSink {
  /** Begins to speak; calls done once when it has ended, however it ended, but not after cancel. */
  speak(text: string, voice: { language: string; volume: number; rate: number }, done: () => void): void
  cancel(): void
  /** Called from a click or key press: some browsers let no page speak before. */
  unlock?(): void
}

/** A sound of its own before safety cues. Resolves when the words may begin. */
export interface ToneSink {
  warn(volume: number): Promise<void>
}

export type Urgency = Severity | 'guide'

export interface Saying {
  /** Two sayings of one id are one thing; a cue's id lets it be withdrawn. */
  id: string
  text: string
  urgency: Urgency
  /** When it was true, ms of the page's clock. */
  at: number
}

// The order of the coach's arbitration; the set-up guide and the page's own words come last.
const order: Record<Urgency, number> = { safety: 0, setup: 1, technique: 2, pace: 3, praise: 4, guide: 5 }

/** A cue is old after this many ms: by then the person may have done it. The set-up guide's lines stay true longer. */
export const staleMs = 2000
const guideStaleMs = 15_000

export interface VoiceSettings {
  muted: boolean
  volume: number
  rate: number
}

export class Speaker {
  language = 'en'
  private speaking: Saying | null = null
  private waiting: Saying[] = []
  // Counts what has been begun, so that an end that comes late does not end the next one.
  private turn = 0

  constructor(
    private readonly sink: SpeechSink,
    private readonly tone: ToneSink,
    private settings: VoiceSettings,
    private readonly now: () => number,
  ) {}

  /** What is being said at the moment. */
  get current(): Saying | null {
    return this.speaking
  }

  set(settings: VoiceSettings): void {
    this.settings = settings
    if (settings.muted) this.silence()
  }

  say(saying: Saying): void {
    if (this.settings.muted || !saying.text || this.stale(saying)) return
    if (this.speaking?.id === saying.id) return
    if (this.speaking && saying.urgency === 'safety') {
      // A safety cue interrupts everything, an older safety cue too: only the newest is about now.
      this.waiting = this.waiting.filter((w) => w.urgency === 'guide')
      this.interrupt()
    }
    if (this.speaking) this.enqueue(saying)
    else this.begin(saying)
  }

  /** The thing is no longer true: it is not begun any more. What is being said is said to its end. */
  withdraw(id: string): void {
    this.waiting = this.waiting.filter((w) => w.id !== id)
  }

  silence(): void {
    this.waiting = []
    this.interrupt()
  }

  // The guide's lines queue up in their order. Of cues only the most urgent newest one waits.
  private enqueue(saying: Saying): void {
    this.waiting = this.waiting.filter((w) => w.id !== saying.id)
    if (saying.urgency === 'guide') {
      this.waiting.push(saying)
      return
    }
    const other = this.waiting.findIndex((w) => w.urgency !== 'guide')
    const rival = this.waiting[other]
    if (!rival) this.waiting.unshift(saying)
    else if (order[saying.urgency] <= order[rival.urgency] || this.stale(rival)) this.waiting[other] = saying
  }

  private interrupt(): void {
    if (!this.speaking) return
    this.turn++
    this.speaking = null
    this.sink.cancel()
  }

  private begin(saying: Saying): void {
    this.speaking = saying
    const turn = ++this.turn
    const voice = { language: this.language, volume: this.settings.volume, rate: this.settings.rate }
    const speak = (): void => {
      if (turn !== this.turn) return
      this.sink.speak(saying.text, voice, () => {
        if (turn !== this.turn) return
        this.speaking = null
        this.next()
      })
    }
    if (saying.urgency === 'safety') void this.tone.warn(voice.volume).then(speak, speak)
    else speak()
  }

  private next(): void {
    while (!this.speaking) {
      const saying = this.waiting.shift()
      if (!saying) return
      if (!this.stale(saying)) this.begin(saying)
    }
  }

  private stale(saying: Saying): boolean {
    return this.now() - saying.at > (saying.urgency === 'guide' ? guideStaleMs : staleMs)
  }
}
