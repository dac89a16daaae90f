import { beforeEach, describe, expect, it } from 'vitest'
import { Speaker, staleMs, type Saying, type SpeechSink, type Urgency } from '../../src/lib/voice/speaker'
import { localVoices, spokenMs } from '../../src/lib/voice/sinks'

/** Speaks until it is told that it has ended. */
class Mouth implements SpeechSink {
  said: string[] = []
  cancelled = 0
  private done: (() => void) | null = null
  speak(text: string, _voice: unknown, done: () => void): void {
    this.said.push(text)
    this.done = done
  }
  cancel(): void {
    this.cancelled++
    this.done = null
  }
  end(): void {
    const done = this.done
    this.done = null
    done?.()
  }
}

let now = 0
let mouth: Mouth
let tones: number
let speaker: Speaker
const settings = { muted: false, volume: 1, rate: 1 }
const later = () => new Promise((resolve) => setTimeout(resolve))
const say = (id: string, urgency: Urgency, at = now): void => speaker.say({ id, text: id, urgency, at } satisfies Saying)

beforeEach(() => {
  now = 10_000
  tones = 0
  mouth = new Mouth()
  const tone = {
    warn: async () => {
      tones++
    },
  }
  speaker = new Speaker(mouth, tone, settings, () => now)
})

describe('one thing at a time', () => {
  it('a second cue waits for the first to end', () => {
    say('knees', 'technique')
    say('slow', 'pace')
    expect(mouth.said).toEqual(['knees'])
    mouth.end()
    expect(mouth.said).toEqual(['knees', 'slow'])
  })

  it('of those that wait the most urgent and newest is kept', () => {
    say('knees', 'technique')
    say('slow', 'pace')
    say('hips', 'technique')
    say('well done', 'praise')
    mouth.end()
    mouth.end()
    expect(mouth.said).toEqual(['knees', 'hips'])
  })

  it('the same thing is not said twice while it is being said', () => {
    say('knees', 'technique')
    say('knees', 'technique')
    mouth.end()
    expect(mouth.said).toEqual(['knees'])
  })
})

describe('safety', () => {
  it('interrupts, after a tone, and drops what waited', async () => {
    say('hips', 'technique')
    say('slow', 'pace')
    say('too low', 'safety')
    expect(mouth.cancelled).toBe(1)
    await later()
    expect(tones).toBe(1)
    expect(mouth.said).toEqual(['hips', 'too low'])
    mouth.end()
    expect(mouth.said).toEqual(['hips', 'too low'])
  })

  it('a newer safety cue interrupts an older one', async () => {
    say('too low', 'safety')
    await later()
    say('too high', 'safety')
    await later()
    expect(mouth.said).toEqual(['too low', 'too high'])
  })

  it('a newer one during the tone of the older leaves the older unsaid', async () => {
    say('too low', 'safety')
    say('too high', 'safety')
    await later()
    expect(mouth.said).toEqual(['too high'])
  })

  it('an end that comes late does not end the next one', async () => {
    let end: (() => void) | undefined
    mouth.speak = (text, _voice, done) => {
      mouth.said.push(text)
      end ??= done
    }
    say('hips', 'technique')
    say('too low', 'safety')
    await later()
    say('slow', 'pace')
    end?.()
    expect(mouth.said).toEqual(['hips', 'too low'])
    expect(speaker.current?.id).toBe('too low')
  })

  it('nothing else has a tone', async () => {
    say('hips', 'technique')
    await later()
    expect(tones).toBe(0)
  })
})

describe('nothing old, nothing untrue', () => {
  it('a cue older than two seconds is never begun', () => {
    say('hips', 'technique', now - staleMs - 1)
    expect(mouth.said).toEqual([])
    say('hips', 'technique', now - staleMs)
    expect(mouth.said).toEqual(['hips'])
  })

  it('a cue that grew old while it waited is dropped', () => {
    say('hips', 'technique')
    say('slow', 'pace')
    now += staleMs + 1
    mouth.end()
    expect(mouth.said).toEqual(['hips'])
  })

  it('a cue that was cleared while it waited is dropped', () => {
    say('hips', 'technique')
    say('slow', 'pace')
    speaker.withdraw('slow')
    mouth.end()
    expect(mouth.said).toEqual(['hips'])
  })

  it('the lines of the guide keep their order and live longer', () => {
    say('light', 'guide')
    say('distance', 'guide')
    say('floor', 'guide')
    now += 3000
    mouth.end()
    mouth.end()
    expect(mouth.said).toEqual(['light', 'distance', 'floor'])
  })

  it('a cue goes before the guide', () => {
    say('light', 'guide')
    say('distance', 'guide')
    say('hips', 'technique')
    mouth.end()
    expect(mouth.said).toEqual(['light', 'hips'])
  })
})

describe('mute', () => {
  it('silences at once, and says nothing afterwards', () => {
    say('hips', 'technique')
    speaker.set({ ...settings, muted: true })
    expect(mouth.cancelled).toBe(1)
    say('slow', 'pace')
    expect(mouth.said).toEqual(['hips'])
    speaker.set(settings)
    say('slow', 'pace')
    expect(mouth.said).toEqual(['hips', 'slow'])
  })
})

describe('voices', () => {
  const voice = (lang: string, localService: boolean, isDefault = false) => ({ lang, localService, default: isDefault })
  it('only those of this device and language, the default first', () => {
    const all = [voice('en-US', false, true), voice('en-GB', true), voice('de-DE', true), voice('en_IN', true, true)]
    expect(localVoices(all, 'en')).toEqual([all[3], all[1]])
    expect(localVoices(all, 'fr')).toEqual([])
  })
  it('faster speech takes less time', () => {
    expect(spokenMs('a sentence', 2)).toBeLessThan(spokenMs('a sentence', 1))
  })
})
