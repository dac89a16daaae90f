// What this browser remembers: language and units, how loud and how fast the voice is, the roller's size, what plans
// may hold, and what is kept of a check. Nothing about a person's health.

import type { VoiceSettings } from './voice/speaker'
import { keeps, type Keep } from './library'
import type { Units } from '../words'

export interface Preferences {
  voice: VoiceSettings
  /** cm */
  diameter: number
  /** cm, null for unknown */
  length: number | null
  /** One of words/languages, empty where nobody has chosen: the browser's then. */
  language: string
  /** Whether there is a ball, and whether plans may hold advanced exercises. */
  ball: boolean
  experienced: boolean
  /** Empty where nobody has chosen: those usual where the person is then. */
  units: Units | ''
  /** What is kept of a check, and for how many days its video; null until somebody deletes it. */
  keep: Keep
  keepDays: number | null
}

/** For how many days a video may be kept. */
export const keepChoices = [7, 30, 90, null] as const

export const defaults: Preferences = {
  voice: { muted: false, volume: 1, rate: 1 },
  diameter: 15,
  length: null,
  language: '',
  units: '',
  ball: true,
  experienced: false,
  keep: 'nothing',
  keepDays: 30,
}

const key = 'rollwell.preferences'

const within = (v: unknown, lo: number, hi: number, otherwise: number): number =>
  typeof v === 'number' && v >= lo && v <= hi ? v : otherwise

/** Reads what was remembered; whatever is not sane is taken from the defaults. */
export function read(text: string | null): Preferences {
  let found: Partial<Preferences> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (typeof parsed === 'object' && parsed !== null) found = parsed as Partial<Preferences>
  } catch {
    // Somebody else wrote it: begin anew.
  }
  const voice = (found.voice ?? {}) as Partial<VoiceSettings>
  return {
    voice: {
      muted: voice.muted === true,
      volume: within(voice.volume, 0, 1, defaults.voice.volume),
      rate: within(voice.rate, 0.5, 2, defaults.voice.rate),
    },
    diameter: within(found.diameter, 5, 25, defaults.diameter),
    length: typeof found.length === 'number' ? within(found.length, 5, 200, 0) || null : null,
    language: typeof found.language === 'string' ? found.language : '',
    ball: found.ball !== false,
    experienced: found.experienced === true,
    units: found.units === 'metric' || found.units === 'inches' ? found.units : '',
    keep: keeps.find((k) => k === found.keep) ?? defaults.keep,
    keepDays: keepChoices.find((d) => d === found.keepDays) ?? (found.keepDays === null ? null : defaults.keepDays),
  }
}

// Storage may be forbidden; then nothing is remembered.
export function load(): Preferences {
  try {
    return read(localStorage.getItem(key))
  } catch {
    return read(null)
  }
}

export function save(preferences: Preferences): void {
  try {
    localStorage.setItem(key, JSON.stringify(preferences))
  } catch {
    // See load.
  }
}
