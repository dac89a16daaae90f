// One check from the opened session to its summary: keeps the websocket and the publication alive, holds what the
// screens show, and passes cues to the speaker. The screens read it, and call its commands.

import { outcome, forget, type Exercise, type Opened } from './api'
import { Air, type AirWorld, type Transport } from './air.svelte'
import { DelayMeter, wallMs } from './check/delay'
import { GuideVoice, outdated } from './check/guide'
import { PaceCounter } from './check/pace'
import { painStops } from './check/pain'
import { Events, type EventsOptions, type Link } from './events'
import { sendPictures } from './jpeg'
import { summaryOf } from './protocol'
import type { Banner, Calibrated, Calibration, Cue, Failure, FromServer, PainTime, Phase, Progress, SetupItem, State, Step, Summary, ToServer } from './protocol'
import { defaultLimits, limitsOf, type Limits } from './check/limits'
import type { Speaker } from './voice/speaker'
import { publish } from './whip'

/** What the session needs of the world; tests replace it. */
export interface World extends AirWorld {
  events(o: EventsOptions): Pick<Events, 'send' | 'sendPicture' | 'hurry' | 'close'>
  outcome: typeof outcome
  forget: typeof forget
  wallMs(): number
}

export const realWorld: World = {
  events: (o) => new Events(o),
  publish,
  pictures: sendPictures,
  outcome,
  forget,
  wallMs,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  later: (ms, what) => void setTimeout(what, ms),
}

// How long what the plan said is shown, in ms.
const stepShownMs = 7000

/** How a check ended. */
export type Ending =
  /** reason: the server's word for why it ended, null for an end that the person wanted. */
  | { kind: 'summary'; summary: Summary; raw: unknown; pain: boolean; reason: string | null }
  | { kind: 'error'; id: 'ended' | 'gone' | 'failed'; detail: string }

export class Session {
  phase = $state<Phase>('setup')
  phaseReason = $state<string | null>(null)
  state = $state.raw<State | null>(null)
  banner = $state.raw<Banner | null>(null)
  progress = $state.raw<Progress | null>(null)
  setup = $state.raw<SetupItem[]>([])
  link = $state<Link>('connecting')
  delayMs = $state<number | null>(null)
  ending = $state.raw<Ending | null>(null)
  /** The last thing the server complained of without ending the check. */
  complaint = $state.raw<Failure | null>(null)
  /** Whether the check is kept, or was until something came in the way. */
  recording = $state<'no' | 'on' | 'stopped'>('no')
  pains = $state.raw<number[]>([])
  /** What the plan said last, while it is new. */
  step = $state.raw<Step | null>(null)
  /** All blocks are done: the check ends by itself soon. */
  finished = $state(false)
  /** What became of the last calibration. */
  calibration = $state.raw<{ kind: Calibration; done: boolean; text: string } | null>(null)
  /** How often the roller was told off the lower back. */
  tooLow = $state(0)
  /** The session time at which the check proper began, in s. */
  beganS = 0

  readonly exercise: Exercise
  readonly limits: Limits
  readonly pace = new PaceCounter()

  private readonly events: ReturnType<World['events']>
  private readonly delay = new DelayMeter()
  private readonly guide = new GuideVoice()
  private readonly air: Air
  private painStop = false
  private readonly unsent: ToServer[] = []
  private began = false
  private calibrating: Calibration | null = null
  private delayShownAt = 0

  constructor(
    private readonly opened: Opened,
    stream: MediaStream,
    video: HTMLVideoElement,
    private readonly speaker: Speaker,
    private readonly world: World = realWorld,
  ) {
    this.exercise = opened.exercise
    if (opened.recording) this.recording = 'on'
    this.limits = opened.exercise ? limitsOf(opened.exercise) : defaultLimits
    this.events = world.events({
      path: opened.events,
      token: opened.token,
      onMessage: (m) => this.take(m),
      onLink: (link) => {
        this.link = link
        if (link === 'up') this.sendKept()
      },
      onClosed: (code, reason) => this.closed(code, reason),
      mayReturn: () => this.mayReturn(),
    })
    this.air = new Air(opened, stream, video, (packed, most) => this.events.sendPicture(packed, most), world)
  }

  /** The id of the session in the library, if the check is kept. */
  get kept(): string | null {
    return this.opened.recording ? this.opened.id : null
  }

  /** How the picture travels at the moment. */
  get transport(): Transport {
    return this.air.transport
  }

  // ---- commands

  start = (): void => this.command({ type: 'start' })
  pause = (): void => this.command({ type: 'pause' })
  resume = (): void => this.command({ type: 'resume' })
  stop = (): void => this.command({ type: 'stop' })

  /** The block that is introduced begins now. */
  next = (): void => this.command({ type: 'next' })
  /** On to the next block of the plan. */
  skip = (): void => this.command({ type: 'skip' })
  /** Back to the block before. */
  back = (): void => this.command({ type: 'back' })

  /** Tells the server that the person lies as this kind of calibration says. The answer comes as calibration. */
  calibrate = (kind: Calibration): void => {
    this.calibrating = kind
    this.calibration = null
    this.command({ type: 'calibrate', kind })
  }

  /** Reports a number on the pain scale, of now or of another time. Returns whether the check ends for it. */
  pain = (value: number, when?: PainTime): boolean => {
    const stops = painStops(value, this.pains[0] ?? null)
    this.pains = [...this.pains, value]
    this.painStop ||= stops
    this.command({ type: 'pain', value, ...(when && { when }) })
    return stops
  }

  /** Tells where the near end of the roller is, in pixels of the source picture. */
  placeRoller = (x: number, y: number, radius: number): void => {
    const whole = (v: number): number => Math.round(v * 10) / 10
    this.command({ type: 'place_roller', x: whole(x), y: whole(y), radius: whole(radius), t_s: this.state?.t_s ?? null })
  }

  setLanguage(language: string): void {
    this.command({ type: 'language', language })
  }

  /** Goes on with another camera, or with the same one opened anew. */
  useStream(stream: MediaStream): void {
    this.air.use(stream)
  }

  /** The network is said to be back. */
  hurry(): void {
    this.events.hurry()
  }

  /** Ends everything on this side; the server forgets the check. */
  dispose(): void {
    // The server keeps an ended check for a page that comes back late; this one has what it wanted.
    if (this.ending?.kind !== 'error') this.world.forget(this.opened)
    this.air.end(true)
    this.events.close()
    this.speaker.silence()
  }

  private command(message: ToServer): void {
    if (this.events.send(message)) return
    // What is about safety is not lost with the connection; the rest is out of date by the time it is back.
    if (message.type === 'pain' || message.type === 'stop') this.unsent.push(message)
  }

  private sendKept(): void {
    for (const message of this.unsent.splice(0)) this.command(message)
  }

  // ---- what the server says

  private take(message: FromServer): void {
    const now = this.world.wallMs()
    switch (message.type) {
      case 'state':
        return this.takeState(message, now)
      case 'cue':
        return this.takeCue(message, now)
      case 'cue_clear':
        this.speaker.withdraw(`cue-${message.id}`)
        if (this.banner?.id === message.id) this.banner = null
        return
      case 'progress':
        this.progress = message
        return
      case 'summary':
        return this.finish(message.summary.read, message.summary.raw)
      case 'step':
        return this.takeStep(message, now)
      case 'calibrated':
        return this.takeCalibrated(message, now)
      case 'error':
        return this.takeError(message)
    }
  }

  private takeState(state: State, now: number): void {
    this.state = state
    this.banner = state.banner
    this.setup = state.setup
    this.phase = state.phase
    this.phaseReason = state.phase_reason
    this.delay.add(state.capture_ms, now)
    if (now - this.delayShownAt > 500) {
      this.delayMs = this.delay.median()
      this.delayShownAt = now
    }
    if (state.phase === 'checking' && !this.began) {
      this.began = true
      this.beganS = state.t_s ?? 0
    }
    if (state.phase === 'checking') this.pace.add(state.t_s, state.frame?.reading.speed_cm_s ?? null, this.limits.speed)
    else this.pace.pause()
    if (state.phase === 'setup') {
      for (const id of outdated(state.setup)) this.speaker.withdraw(id)
      for (const line of this.guide.step(state.setup, now / 1000)) {
        this.speaker.say({ ...line, urgency: 'guide', at: now })
      }
    }
  }

  private takeCue(cue: Cue, now: number): void {
    // The banner is there with the cue, not only with the next state.
    this.banner = { ...cue, since_s: cue.started_ms === null ? cue.t_s : cue.started_ms / 1000 }
    if (cue.code === 'pain_stop') this.painStop = true
    if (cue.code === 'roller_too_low') this.tooLow++
    this.speaker.say({ id: `cue-${cue.id}`, text: cue.say, urgency: cue.severity, at: this.trueAt(cue.capture_ms, now) })
  }

  private takeCalibrated(message: Calibrated, now: number): void {
    this.calibrating = null
    this.calibration = { kind: message.kind, done: true, text: message.text }
    this.speaker.say({ id: 'calibrated', text: message.say, urgency: 'guide', at: now })
  }

  private takeStep(step: Step, now: number): void {
    this.step = step
    this.finished = step.kind === 'finished'
    this.speaker.say({ id: `step-${step.index}-${step.seq}`, text: step.say, urgency: 'guide', at: now })
    this.world.later(stepShownMs, () => {
      if (this.step === step) this.step = null
    })
  }

  private takeError(message: Failure): void {
    if (message.fatal) return this.fail('ended', message.message)
    if (message.code === 'not_ready' && this.calibrating) {
      this.calibration = { kind: this.calibrating, done: false, text: message.message }
      this.calibrating = null
    } else {
      this.complaint = message
      if (message.code === 'recording_stopped') this.recording = 'stopped'
    }
  }

  // When the frame was taken, unless that clock is not ours.
  private trueAt(captureMs: number | null, now: number): number {
    if (captureMs === null || captureMs > now || now - captureMs > 60_000) return now
    return captureMs
  }

  private finish(summary: Summary, raw: unknown): void {
    if (this.ending) return
    const reason = this.phase === 'ended' && this.phaseReason !== 'stopped' ? this.phaseReason : null
    this.ending = { kind: 'summary', summary, raw, pain: this.painStop || reason === 'pain', reason }
    this.leave()
  }

  private fail(id: 'ended' | 'gone' | 'failed', detail: string): void {
    if (this.ending) return
    this.ending = { kind: 'error', id, detail }
    this.leave()
  }

  private leave(): void {
    this.phase = 'ended'
    this.air.end(false)
    this.events.close()
    this.speaker.silence()
  }

  private closed(code: number, reason: string): void {
    if (this.ending) return
    void this.mayReturn().then(
      () => this.fail('ended', reason),
      () => this.fail('ended', reason || String(code)),
    )
  }

  /** After a loss: is the check still running? If it has ended meanwhile its summary is shown. */
  private async mayReturn(): Promise<boolean> {
    const found = await this.world.outcome(this.opened)
    if (found.kind === 'running') return true
    if (found.kind !== 'ended') {
      this.fail('gone', '')
      return false
    }
    try {
      const raw = (found.raw as { summary?: unknown }).summary ?? found.raw
      this.finish(summaryOf(raw, 'summary'), raw)
    } catch {
      this.fail('failed', '')
    }
    return false
  }
}
