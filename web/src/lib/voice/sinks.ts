// Where words become sound: the browser's own speech, or time that passes in silence where it has none.

import { wholeTag } from '../../words'
import type { SpeechSink } from './speaker'

/**
 * The tests' ear. If a test puts a list here before the page is loaded, every text is pushed to it at the moment it
 * begins to be spoken, `at` in ms since 1970; the browser is then left silent and each text takes the time it would.
 */
interface Heard {
  push(heard: { text: string; at: number }): unknown
}
declare global {
  interface Window {
    __rollwellSpeech?: Heard
  }
}

/** How long a text takes to say, in ms: 14 letters a second and a breath. */
export function spokenMs(text: string, rate: number): number {
  return 350 + (text.length * 1000) / (14 * Math.max(0.1, rate))
}

/** Says nothing, takes its time. */
export class SilentSink implements SpeechSink {
  private timer: ReturnType<typeof setTimeout> | undefined
  constructor(private readonly heard?: Heard) {}

  speak(text: string, voice: { rate: number }, done: () => void): void {
    this.heard?.push({ text, at: Date.now() })
    clearTimeout(this.timer)
    this.timer = setTimeout(done, spokenMs(text, voice.rate))
  }

  cancel(): void {
    clearTimeout(this.timer)
  }
}

/**
 * The browser's voices of a language, those on this device only: others send the words to somebody else's server. Those
 * of the language's own country come first where that matters (Brazil, and Mandarin), then the browser's default.
 */
export function localVoices<V extends { lang: string; localService: boolean; default: boolean }>(all: V[], language: string): V[] {
  const wanted = wholeTag(language)
  const ownCountry = language.includes('-')
  const rank = (v: V): number => 2 * Number(ownCountry && wholeTag(v.lang)?.region === wanted?.region) + Number(v.default)
  return all.filter((v) => v.localService && speaks(v.lang, wanted)).sort((a, b) => rank(b) - rank(a))
}

// A voice of Hong Kong or Macau calls itself Chinese and speaks Cantonese.
function speaks(tag: string, wanted: Intl.Locale | null): boolean {
  const voice = wholeTag(tag)
  return voice !== null && voice.language === wanted?.language && !(voice.language === 'zh' && ['HK', 'MO'].includes(voice.region ?? ''))
}

/** Speaks through the Web Speech interface. */
export class WebSpeechSink implements SpeechSink {
  private watchdog: ReturnType<typeof setTimeout> | undefined
  // Held, or some browsers collect it before its end event comes.
  private utterance: SpeechSynthesisUtterance | null = null
  private unlocked = false

  constructor(
    private readonly synthesis: SpeechSynthesis,
    private readonly silent: SpeechSink,
  ) {}

  speak(text: string, voice: { language: string; volume: number; rate: number }, done: () => void): void {
    const chosen = localVoices(this.synthesis.getVoices(), voice.language)[0]
    if (!chosen) {
      this.silent.speak(text, voice, done)
      return
    }
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.voice = chosen
    utterance.lang = chosen.lang
    utterance.volume = voice.volume
    utterance.rate = voice.rate
    const end = (): void => {
      if (this.utterance !== utterance) return
      this.utterance = null
      clearTimeout(this.watchdog)
      done()
    }
    utterance.onend = end
    utterance.onerror = end
    this.utterance = utterance
    // Some browsers lose the end event: never wait for it for ever.
    clearTimeout(this.watchdog)
    this.watchdog = setTimeout(() => {
      this.synthesis.cancel()
      end()
    }, 2 * spokenMs(text, voice.rate) + 2000)
    this.synthesis.speak(utterance)
  }

  unlock(): void {
    if (this.unlocked) return
    this.unlocked = true
    const breath = new SpeechSynthesisUtterance(' ')
    breath.volume = 0
    this.synthesis.speak(breath)
  }

  cancel(): void {
    clearTimeout(this.watchdog)
    this.utterance = null
    this.synthesis.cancel()
    this.silent.cancel()
  }
}

export function speechSink(): SpeechSink {
  const heard = window.__rollwellSpeech
  if (heard) return new SilentSink(heard)
  const silent = new SilentSink()
  return 'speechSynthesis' in window ? new WebSpeechSink(window.speechSynthesis, silent) : silent
}

/** Tells, now and whenever the voices change, whether this device can speak a language. Returns how to look again. */
export function watchVoices(language: () => string, tell: (can: boolean) => void): () => void {
  if (!('speechSynthesis' in window)) {
    tell(false)
    return () => undefined
  }
  const synthesis = window.speechSynthesis
  const look = (): void => tell(localVoices(synthesis.getVoices(), language()).length > 0)
  look()
  synthesis.addEventListener?.('voiceschanged', look)
  return look
}
