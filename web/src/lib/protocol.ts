// What page and server say to each other over the websocket. The server's internal/push/protocol.schema.json is
// the truth; a test holds both directions of this file against it. Fields that are not named here are ignored, so
// that an older page goes on working with a newer server.

import {
  Malformed,
  boolean,
  list,
  nullable,
  number,
  numbers,
  object,
  oneOf,
  string,
  tuple,
  withDefault,
  type Check,
  type Checked,
} from './validate'

export const severity = oneOf('safety', 'setup', 'technique', 'pace', 'praise')
export type Severity = Checked<typeof severity>

/** How far a value may be trusted. */
export const knowing = oneOf('ok', 'unsure', 'unseen')
export type Knowing = Checked<typeof knowing>

const levelTime = object({ level: string, time_s: number })
export type LevelTime = Checked<typeof levelTime>

// One landmark: x, y in pixels of the source picture, depth, visibility 0…1; NaN what is not known.
const pose = object({ score: nullable(number), landmarks: list(tuple(4)) })
export type Pose = Checked<typeof pose>

const roller = object({ score: nullable(number), near: tuple(2), far: nullable(tuple(2)), radius: nullable(number) })
export type Roller = Checked<typeof roller>

const reading = object({
  s: nullable(number),
  s_sigma: nullable(number),
  level: nullable(string),
  zone: nullable(string),
  speed_cm_s: nullable(number),
  hip_lift_cm: nullable(number),
  knee_deg: nullable(number),
  neck_deg: nullable(number),
  shk_deg: nullable(number),
  state: knowing,
})
export type Reading = Checked<typeof reading>

const frame = object({ t: nullable(number), pose: nullable(pose), roller: nullable(roller), reading, active: list(string) })
export type Frame = Checked<typeof frame>

const setupItem = object({ id: string, state: oneOf('ok', 'bad', 'unknown'), text: string, say: withDefault(string, '') })
export type SetupItem = Checked<typeof setupItem>

const banner = object({
  id: number,
  code: string,
  severity,
  text: string,
  hint: withDefault(string, ''),
  since_s: nullable(number),
})
export type Banner = Checked<typeof banner>

const notice = object({
  code: string,
  hint: withDefault(string, ''),
  value: nullable(number),
  limit: nullable(number),
  unit: nullable(string),
})

const phase = oneOf('setup', 'checking', 'paused', 'ended')
export type Phase = Checked<typeof phase>

const connection = oneOf('good', 'poor', 'lost', 'none')
export type Connection = Checked<typeof connection>

// Which block of a plan is on, how far it is, and what follows.
const planNow = object({
  aim: nullable(string),
  index: number,
  count: number,
  exercise: string,
  title: string,
  side: nullable(string),
  state: oneOf('intro', 'working', 'done'),
  remaining_s: nullable(number),
  reps: nullable(number),
  reps_target: nullable(number),
  next: nullable(object({ exercise: string, title: string, side: nullable(string) })),
})
export type PlanNow = Checked<typeof planNow>

// Every message says which frame it speaks of.
const stamp = { seq: number, t_s: nullable(number), capture_ms: nullable(number) }

const state = object({
  ...stamp,
  phase,
  phase_reason: nullable(string),
  /** The coach's own phase: away, ready, rolling, holding, ... */
  phase_exercise: nullable(string),
  plan: nullable(planNow),
  size: nullable(tuple(2)),
  frame: nullable(frame),
  setup: withDefault(list(setupItem), []),
  banner: nullable(banner),
  notices: withDefault(list(notice), []),
  delays_ms: nullable(numbers),
  rates: nullable(object({ received: nullable(number), analysed: nullable(number) })),
  connection: withDefault(connection, 'none'),
  transport: withDefault(oneOf('webrtc', 'jpeg', 'none'), 'none'),
  levels: withDefault(list(levelTime), []),
})

const cue = object({
  ...stamp,
  id: number,
  code: string,
  severity,
  text: string,
  hint: withDefault(string, ''),
  say: string,
  started_ms: nullable(number),
})

const cueClear = object({ ...stamp, id: number, code: string })

const progress = object({
  ...stamp,
  passes: number,
  holds: number,
  hold_s: number,
  target_s: number,
  dose_share: number,
  dose_s: withDefault(number, 0),
  dose_target_s: withDefault(number, 0),
  dose_done: withDefault(boolean, false),
  reps: withDefault(number, 0),
  reps_target: withDefault(number, 0),
  time_in_zone_s: withDefault(numbers, {}),
  levels: withDefault(list(levelTime), []),
})

const finding = object({
  code: string,
  severity,
  start_s: number,
  end_s: number,
  value: nullable(number),
  limit: nullable(number),
  unit: nullable(string),
  text: string,
  spoken: boolean,
})
export type Finding = Checked<typeof finding>

const hold = object({ start_s: number, end_s: number, s: nullable(number), level: nullable(string) })
const dose = object({ id: string, done_s: number, min_s: number, max_s: number, reps: withDefault(number, 0), reps_min: withDefault(number, 0) })
const painTime = oneOf('before', 'during', 'after')
export type PainTime = Checked<typeof painTime>
const painMark = object({ t_s: nullable(number), value: number, when: withDefault(painTime, 'during'), block: withDefault(number, 0) })

// What the coach makes of an exercise.
const outcome = {
  exercise_id: string,
  exercise_version: number,
  duration_s: number,
  cues: withDefault(list(finding), []),
  passes: number,
  holds: withDefault(list(hold), []),
  time_in_zone_s: numbers,
  time_at_level_s: withDefault(list(levelTime), []),
  doses: withDefault(list(dose), []),
  side: withDefault(string, ''),
  dose: withDefault(string, ''),
  reps: withDefault(number, 0),
}

/** One block of a plan. */
const block = object({
  ...outcome,
  index: number,
  outcome: oneOf('done', 'cut', 'skipped', 'stopped'),
  worked_s: number,
  judged: boolean,
})
export type Block = Checked<typeof block>

/** What a session came to: all of its blocks together, then each. */
export const summaryOf = object({
  ...outcome,
  reason: withDefault(string, ''),
  aim: withDefault(string, ''),
  blocks: withDefault(list(block), []),
  pain: withDefault(list(painMark), []),
})
export type Summary = Checked<typeof summaryOf>

// The summary is checked where it is shown; raw keeps all of it for the download.
const summary = object({ ...stamp, summary: (value: unknown, path: string) => ({ read: summaryOf(value, path), raw: value }) })
// What the plan has to say: a block begins, half of it is done, what comes next.
const step = object({ ...stamp, kind: withDefault(string, ''), index: number, exercise: string, side: nullable(string), title: string, say: string, text: string })

export const calibrations = ['scapula', 'hips_down'] as const
export type Calibration = (typeof calibrations)[number]
const calibrated = object({ ...stamp, kind: oneOf(...calibrations), value: nullable(number), text: withDefault(string, ''), say: withDefault(string, '') })

const failure = object({ ...stamp, code: string, message: string, fatal: withDefault(boolean, false) })

export type State = Checked<typeof state>
export type Cue = Checked<typeof cue>
export type CueClear = Checked<typeof cueClear>
export type Progress = Checked<typeof progress>
export type SummaryNews = Checked<typeof summary>
export type Step = Checked<typeof step>
export type Calibrated = Checked<typeof calibrated>
export type Failure = Checked<typeof failure>

export type FromServer =
  | ({ type: 'state' } & State)
  | ({ type: 'cue' } & Cue)
  | ({ type: 'cue_clear' } & CueClear)
  | ({ type: 'progress' } & Progress)
  | ({ type: 'summary' } & SummaryNews)
  | ({ type: 'step' } & Step)
  | ({ type: 'calibrated' } & Calibrated)
  | ({ type: 'error' } & Failure)

const byType: Record<FromServer['type'], Check<object>> = { state, cue, cue_clear: cueClear, progress, summary, step, calibrated, error: failure }

/** Reads one message of the server. Null is a message of a type that this page does not know. Throws Malformed. */
export function parse(text: string): FromServer | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Malformed('', 'JSON')
  }
  const { type } = object({ type: string })(value, '')
  const check = Object.hasOwn(byType, type) ? byType[type as FromServer['type']] : undefined
  return check ? ({ type, ...check(value, '') } as FromServer) : null
}

export type ToServer =
  | { type: 'start' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'stop' }
  | { type: 'pain'; value: number; when?: PainTime }
  | { type: 'place_roller'; x: number; y: number; radius: number; t_s: number | null }
  | { type: 'language'; language: string }
  | { type: 'calibrate'; kind: Calibration }
  | { type: 'next' }
  | { type: 'skip' }
  | { type: 'back' }

/** Packs a JPEG picture for the fallback: 8 bytes big-endian float64 capture time (ms since 1970), then the file. */
export function packPicture(captureMs: number, jpeg: ArrayBuffer): ArrayBuffer {
  const out = new Uint8Array(8 + jpeg.byteLength)
  new DataView(out.buffer).setFloat64(0, captureMs, false)
  out.set(new Uint8Array(jpeg), 8)
  return out.buffer
}
