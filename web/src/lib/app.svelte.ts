// Which screen is shown, and what leads from one to the next: welcome → screening → pain now → plan → intro → camera →
// live → summary; and the lessons from either end.

import { ApiError, getInfo, openCheck, type Info } from './api'
import { CameraError, cameraHindrance, listCameras, openCamera, release, type Camera, type CameraChoice } from './camera'
import { choiceOf, equipmentOf, getCatalogue, keyOf, type Catalogue, type Choice, type Lesson, type Means } from './catalogue'
import { verdict, type QuestionId } from './check/screening'
import { wallMs } from './check/delay'
import type { Keep } from './library'
import { load, save, type Preferences } from './preferences'
import type { Problem } from './problems'
import { Session } from './session.svelte'
import { Speaker, type VoiceSettings } from './voice/speaker'
import { speechSink, watchVoices } from './voice/sinks'
import { WebAudioTone } from './voice/tone'
import { WakeLock } from './wakelock'
import { chooseLanguage, fetchWords, usualUnits, wordsOf, type Language, type Units, type Words } from '../words'

export type Screen =
  | 'welcome' | 'screening' | 'stop' | 'pain_now' | 'plan' | 'intro' | 'camera' | 'live' | 'pain_stop' | 'summary' | 'learn' // prettier-ignore

// When the server names no time to wait.
const retryS = 15

export class App {
  screen = $state<Screen>('welcome')
  problem = $state.raw<Problem | null>(null)
  info = $state.raw<Info | null>(null)
  consent = $state(false)
  answers = $state.raw<ReadonlySet<QuestionId>>(new Set())
  /** The pain before the check, 0…10; null before it was asked. */
  painBefore = $state<number | null>(null)
  /** The person's height in cm, null where it is not told. It is not remembered. */
  heightCm = $state<number | null>(null)
  /** The pain after the last check. */
  painAfter = $state<number | null>(null)
  catalogue = $state.raw<Catalogue | null>(null)
  /** What to do: kept when something else leads there, like a lesson. */
  choice = $state.raw<Choice | null>(null)
  accessToken = $state('')
  tokenWrong = $state(false)
  stream = $state.raw<MediaStream | null>(null)
  cameras = $state.raw<Camera[]>([])
  cameraId = $state('')
  preferences = $state<Preferences>(load())
  opening = $state(false)
  session = $state.raw<Session | null>(null)
  hasVoice = $state(true)

  /** The language whose texts are there and shown. */
  language = $state.raw<Language>('en')
  readonly units: Units = $derived(this.preferences.units || usualUnits(navigator.languages))
  readonly words: Words = $derived(wordsOf(this.language, this.units))

  readonly tone = new WebAudioTone()
  private readonly sink = speechSink()
  readonly speaker = new Speaker(this.sink, this.tone, load().voice, wallMs)
  private readonly wake = new WakeLock()
  // Plays the camera for the fallback, whichever screen is shown.
  private readonly feed = document.createElement('video')
  private readonly lookForVoice: () => void
  private screened = false
  private before: Screen = 'welcome'
  private retry: ReturnType<typeof setTimeout> | undefined

  /** The texts of the language have been fetched. */
  constructor(language: Language) {
    this.language = language
    this.speaker.language = language
    this.feed.muted = true
    this.feed.playsInline = true
    this.accessToken = takeToken()
    this.lookForVoice = watchVoices(
      () => this.language,
      (can) => (this.hasVoice = can || window.__rollwellSpeech !== undefined),
    )
    window.addEventListener('online', () => this.session?.hurry())
    window.addEventListener('pagehide', () => this.session?.dispose())
    // A page that the browser has kept and shows again has no check any more.
    window.addEventListener('pageshow', (event) => event.persisted && this.session && location.reload())
    void this.begin()
  }

  /** Asks the server what it offers, and this browser whether it can. */
  begin = async (): Promise<void> => {
    this.problem = null
    const hindrance = cameraHindrance(window)
    if (hindrance === 'insecure' || hindrance === 'unsupported' || typeof WebSocket === 'undefined') {
      this.problem = { id: hindrance === 'insecure' ? 'insecure' : 'unsupported' }
      return
    }
    try {
      this.info = await getInfo()
    } catch (cause) {
      this.problem = this.problemOf(cause)
    }
  }

  go(screen: Screen): void {
    this.problem = null
    this.screen = screen
    if (screen === 'camera' && !this.stream) void this.chooseCamera({})
    if (screen === 'stop') this.dropCamera()
    if (screen === 'plan' || screen === 'learn') void this.fetchCatalogue()
  }

  answer(): void {
    this.screened = verdict(this.answers) === 'go'
    this.go(this.screened ? 'pain_now' : 'stop')
  }

  /** Fetches what there is to do, unless it is there in this language. */
  async fetchCatalogue(): Promise<void> {
    const { ball, experienced } = this.preferences
    const key = keyOf(this.language, { ball, experienced })
    if (this.catalogue?.key === key) return
    try {
      const found = await getCatalogue(this.language, { ball, experienced })
      if (key === keyOf(this.language, this.preferences)) this.catalogue = found
    } catch (cause) {
      // The lessons can be read without it.
      if (this.screen !== 'learn') this.problem = this.problemOf(cause)
    }
  }

  /** What plans may hold has changed. */
  setMeans(means: Means): void {
    Object.assign(this.preferences, means)
    this.remember()
    void this.fetchCatalogue()
  }

  /** Opens the lessons; leaveLearn comes back from there. */
  learn = (): void => {
    this.before = this.screen
    this.go('learn')
  }

  leaveLearn = (): void => this.go(this.before)

  /** Begins with one exercise: what has to be asked before is asked first. */
  startLesson(lesson: Lesson): void {
    this.choice = choiceOf(lesson)
    const screen = !this.consent ? 'welcome' : !this.screened ? 'screening' : this.session ? 'pain_now' : this.painBefore === null ? 'pain_now' : 'intro'
    if (this.session) this.leave(screen)
    else this.go(screen)
  }

  /** Page, coach and voice go on in another language; without a network they stay as they are. */
  async setLanguage(language: Language): Promise<void> {
    this.preferences.language = language
    this.remember()
    try {
      await fetchWords(language)
    } catch {
      return
    }
    if (this.preferences.language !== language) return
    this.language = language
    this.speaker.language = language
    this.lookForVoice()
    this.session?.setLanguage(language)
    if (this.catalogue) void this.fetchCatalogue()
  }

  /** What is to be kept of the next checks, and for how many days. */
  setKeep(keep: Keep, days: number | null): void {
    Object.assign(this.preferences, { keep, keepDays: days })
    this.remember()
  }

  setUnits(units: Units): void {
    this.preferences.units = units
    this.remember()
  }

  setVoice(voice: VoiceSettings): void {
    this.preferences.voice = voice
    this.speaker.set(voice)
    this.remember()
  }

  /** Call it from a click: browsers let a page speak only after one. */
  unlockVoice(): void {
    this.tone.unlock()
    this.sink.unlock?.()
  }

  sampleVoice(): void {
    this.unlockVoice()
    this.speaker.say({ id: 'sample', text: this.words.camera.voiceSample, urgency: 'guide', at: wallMs() })
  }

  /** Opens a camera in place of the present one. */
  async chooseCamera(choice: CameraChoice): Promise<void> {
    this.dropCamera()
    try {
      const stream = await openCamera(choice)
      this.take(stream)
      if (this.problem) this.problem = null
    } catch (cause) {
      this.problem = { id: cause instanceof CameraError && cause.fault !== 'ended' ? cause.fault : 'other' }
    }
  }

  retryCamera = (): void => void this.chooseCamera(this.cameraId ? { deviceId: this.cameraId } : {})

  private dropCamera(): void {
    release(this.stream)
    this.stream = null
  }

  private take(stream: MediaStream): void {
    this.stream = stream
    this.feed.srcObject = stream
    void this.feed.play().catch(() => undefined)
    const track = stream.getVideoTracks()[0]
    this.cameraId = track?.getSettings().deviceId ?? ''
    track?.addEventListener('ended', () => {
      if (this.stream === stream) this.problem = { id: 'camera_ended' }
    })
    void listCameras().then((cameras) => (this.cameras = cameras))
    this.session?.useStream(stream)
  }

  /** Opens a check on the server and goes to set-up. */
  open = async (): Promise<void> => {
    if (!this.choice || !this.stream || this.opening) return
    this.opening = true
    this.problem = null
    clearTimeout(this.retry)
    this.remember()
    this.unlockVoice()
    try {
      const opened = await openCheck(
        {
          ...(this.choice.kind === 'plan'
            ? { plan: this.choice.aim, equipment: equipmentOf(this.preferences), experienced: this.preferences.experienced }
            : { exercise: this.choice.exercise, side: this.choice.side, dose: this.choice.dose }),
          language: this.language,
          ...(this.heightCm === null ? {} : { height_cm: this.heightCm }),
          roller: { diameter_cm: this.preferences.diameter, length_cm: this.preferences.length },
          consent: this.consent,
          screening_passed: verdict(this.answers) === 'go',
          ...(this.info?.library ? { keep: { what: this.preferences.keep, days: this.preferences.keepDays } } : {}),
        },
        this.accessToken,
      )
      this.session = new Session(opened, this.stream, this.feed, this.speaker)
      this.painAfter = null
      if (this.painBefore !== null) this.session.pain(this.painBefore, 'before')
      this.screen = 'live'
      this.wake.hold(true)
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) {
        this.tokenWrong = true
        this.screen = 'welcome'
      } else this.problem = this.problemOf(cause)
      if (this.problem?.id === 'full') this.scheduleRetry()
    } finally {
      this.opening = false
    }
  }

  /** The check has ended: shows what it came to. */
  ended(): void {
    const ending = this.session?.ending
    if (!ending) return
    this.wake.hold(false)
    if (ending.kind === 'error') {
      this.leave('camera')
      this.problem = { id: ending.id, ...(ending.detail ? { detail: ending.detail } : {}) }
      return
    }
    this.dropCamera()
    this.screen = ending.pain ? 'pain_stop' : 'summary'
    if (ending.pain) this.speaker.say({ id: 'pain-stop', text: this.words.painStop.say, urgency: 'safety', at: wallMs() })
  }

  again = (): void => this.leave('pain_now')

  /** Gives up waiting for a place. */
  cancelRetry = (): void => {
    clearTimeout(this.retry)
    this.problem = null
  }

  private leave(screen: Screen): void {
    this.session?.dispose()
    this.session = null
    if (screen === 'pain_now') this.painBefore = null
    this.go(screen)
  }

  private scheduleRetry(): void {
    const at = this.problem?.retryAt ?? Date.now() + retryS * 1000
    this.retry = setTimeout(() => void this.open(), Math.max(0, at - Date.now()))
  }

  private problemOf(cause: unknown): Problem {
    if (!(cause instanceof ApiError)) return { id: 'failed' }
    if (cause.status === 0) return { id: 'unreachable' }
    if (cause.code === 'server_full') return { id: 'full', retryAt: Date.now() + 1000 * (cause.retryAfterS ?? retryS) }
    return { id: 'failed', detail: cause.message }
  }

  private remember(): void {
    save($state.snapshot(this.preferences))
  }
}

/** Fetches the texts that this browser's user wants, and tells whose they are: English where they cannot be had. */
export async function firstLanguage(): Promise<Language> {
  const language = chooseLanguage([load().language, ...navigator.languages])
  try {
    await fetchWords(language)
    return language
  } catch {
    return 'en'
  }
}

/** Takes the access code from the address (#token=…) and removes it from there at once. */
function takeToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token !== null) history.replaceState(null, '', location.pathname + location.search)
  return token ?? ''
}
