// What the review asks of the server: one session with all that belongs to it.

import { call, exercise, type Exercise } from '../lib/api'
import { severity, type Finding } from '../lib/protocol'
import { boolean, list, nullable, number, numbers, object, oneOf, string, withDefault, type Check, type Checked } from '../lib/validate'
import { isShape, type Shape } from './shapes'
import { Track } from './track'

const video = object({ type: string, width: number, height: number, offset_s: number })
const session = object({
  id: string,
  kind: string,
  state: string,
  title: string,
  source_name: withDefault(string, ''),
  created: string,
  exercise: withDefault(string, ''),
  language: withDefault(string, 'en'),
  duration_s: nullable(number),
  score: nullable(number),
  tags: withDefault(list(string), []),
  keep: withDefault(string, ''),
  video: nullable(video),
  error: withDefault(string, ''),
})
export type Session = Checked<typeof session>

const finding: Check<Finding> = object({
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
const hold = object({ start_s: number, end_s: number, s: nullable(number), level: nullable(string) })
export type Hold = Checked<typeof hold>
const result = object({
  cues: withDefault(list(finding), []),
  passes: withDefault(number, 0),
  reps: withDefault(number, 0),
  holds: withDefault(list(hold), []),
  time_in_zone_s: withDefault(numbers, {}),
  time_at_level_s: withDefault(list(object({ level: string, time_s: number })), []),
})
export type Result = Checked<typeof result>

const event = object({
  t: number,
  type: string,
  phase: withDefault(string, ''),
  exercise: withDefault(string, ''),
  side: withDefault(string, ''),
  block: nullable(number),
  value: nullable(number),
})
export type Event = Checked<typeof event>

// Shapes that this page does not know are left out, so that an older page shows what it can.
const shapes: Check<Shape[]> = (value) => (Array.isArray(value) ? value.filter(isShape) : [])
const note = object({ id: string, t: number, end_t: nullable(number), text: withDefault(string, ''), shapes })
export type Note = Checked<typeof note>

const markKind = oneOf('false', 'missed')
const mark = object({ id: string, kind: markKind, code: string, cue: nullable(number), start_s: number, end_s: number, note: withDefault(string, '') })
export type Mark = Checked<typeof mark>

const texts: Check<Record<string, string>> = (value, path) =>
  value === null || value === undefined ? {} : Object.fromEntries(Object.entries(value as object).map(([code, text]) => [code, string(text, `${path}.${code}`)]))

const opened = object({
  session,
  result: nullable(result),
  rules: nullable(exercise),
  events: withDefault(list(event), []),
  notes: withDefault(list(note), []),
  marks: withDefault(list(mark), []),
  cue_texts: texts,
})
/** A session with all that belongs to it but its track and its video. */
export type Opened = Checked<typeof opened>
export type { Exercise, Finding }

const job = object({ id: string, state: string, progress: number, left_s: nullable(number), error: withDefault(string, '') })
export type Job = Checked<typeof job>

const at = (id: string, rest = ''): string => `/api/library/sessions/${encodeURIComponent(id)}${rest}`
const json = (method: string, body: unknown): RequestInit & { headers: Record<string, string> } => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

export const videoUrl = (id: string): string => at(id, '/video')
export const formats = ['pdf', 'csv', 'json', 'trc', 'mot', 'png'] as const
export type Format = (typeof formats)[number] | 'mp4'

/** Where an export is had; t is the time of a still picture. */
export function exportUrl(id: string, format: Format, language: string, t?: number): string {
  const query = new URLSearchParams({ language, ...(format === 'png' && t !== undefined ? { at: t.toFixed(3) } : {}) })
  return at(id, `/export/${format}?${query}`)
}

/** Asks for a session. Throws ApiError, or Malformed. */
export async function getSession(id: string): Promise<Opened> {
  return opened(await (await call(at(id))).json(), '')
}

/** Asks for what was read from each frame. Throws ApiError, BadTrack or Malformed. */
export async function getTrack(id: string): Promise<Track> {
  return new Track(await (await call(at(id, '/track'))).arrayBuffer())
}

export type Draft<T> = Omit<T, 'id'>

// The server takes what it knows and nothing else.
const noteBody = ({ t, end_t, text, shapes }: Draft<Note>): Draft<Note> => ({ t, end_t, text, shapes })
const markBody = ({ kind, code, cue, start_s, end_s, note }: Draft<Mark>): Draft<Mark> => ({ kind, code, cue, start_s, end_s, note })

export const notes = {
  create: async (id: string, n: Draft<Note>): Promise<Note> => note(await (await call(at(id, '/notes'), json('POST', noteBody(n)))).json(), 'note'),
  update: async (id: string, key: string, n: Draft<Note>): Promise<void> => void (await call(at(id, `/notes/${encodeURIComponent(key)}`), json('PATCH', noteBody(n)))),
  remove: async (id: string, key: string): Promise<void> => void (await call(at(id, `/notes/${encodeURIComponent(key)}`), { method: 'DELETE' })),
}

export const marks = {
  create: async (id: string, m: Draft<Mark>): Promise<Mark> => mark(await (await call(at(id, '/marks'), json('POST', markBody(m)))).json(), 'mark'),
  remove: async (id: string, key: string): Promise<void> => void (await call(at(id, `/marks/${encodeURIComponent(key)}`), { method: 'DELETE' })),
}

/** Queues the annotated film. */
export async function makeFilm(id: string, language: string): Promise<Job> {
  return job(await (await call(at(id, '/film'), json('POST', { language }))).json(), 'job')
}

/** How a job is; null if the server has it no more. */
export async function getJob(id: string): Promise<Job | null> {
  const { jobs } = object({ jobs: list(job) })(await (await call('/api/library/jobs')).json(), '')
  return jobs.find((j) => j.id === id) ?? null
}
