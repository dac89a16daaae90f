// The library's part of the server's HTTP interface.

import { ApiError, bearer, call } from './api'
import { boolean, list, nullable, number, numbers, object, oneOf, string, withDefault, type Checked } from './validate'

export const kinds = ['live', 'upload', 'import'] as const
export const states = ['recording', 'uploading', 'queued', 'analysing', 'ready', 'failed'] as const
export const keeps = ['nothing', 'observations', 'video'] as const
export type Kind = (typeof kinds)[number]
export type State = (typeof states)[number]
export type Keep = (typeof keeps)[number]

const worst = object({ start_s: number, end_s: number, code: string, severity: string })
export type Worst = Checked<typeof worst>

const video = object({ file: string, type: string, width: number, height: number, offset_s: withDefault(number, 0) })

export const session = object({
  id: string,
  kind: oneOf(...kinds),
  state: oneOf(...states),
  title: string,
  source_name: withDefault(string, ''),
  created: string,
  exercise: withDefault(string, ''),
  exercise_version: withDefault(number, 0),
  hash: withDefault(string, ''),
  language: withDefault(string, ''),
  duration_s: nullable(number),
  frames: withDefault(number, 0),
  score: nullable(number),
  worst: nullable(worst),
  cues: withDefault(number, 0),
  tags: withDefault(list(string), []),
  keep: oneOf(...keeps),
  keep_until: nullable(string),
  video: nullable(video),
  thumb: withDefault(boolean, false),
  bytes: withDefault(number, 0),
  error: withDefault(string, ''),
  deleted: nullable(string),
})
/** A session as the library lists it: store.Session. */
export type Recorded = Checked<typeof session>

export const job = object({
  id: string,
  session: string,
  kind: oneOf('analyse', 'film'),
  state: oneOf('queued', 'running', 'done', 'failed', 'cancelled'),
  progress: withDefault(number, 0),
  left_s: nullable(number),
  error: withDefault(string, ''),
  created: withDefault(string, ''),
})
/** A piece of work on a session that waits its turn: store.Job. */
export type Job = Checked<typeof job>

const usage = object({ bytes: number, budget: number, free: withDefault(number, 0) })
/** Bytes on the server's disk: what the library takes, what it may take at most, and what the disk has left. */
export type Usage = Checked<typeof usage>

const page = object({
  sessions: list(session),
  total: number,
  tags: withDefault(list(object({ tag: string, count: number })), []),
  exercises: withDefault(list(object({ id: string, title: string, count: number })), []),
  usage,
  undo_days: withDefault(number, 7),
})
export type Page = Checked<typeof page>

const point = object({
  id: string,
  created: string,
  score: nullable(number),
  minutes: nullable(number),
  time_in_zone_s: withDefault(numbers, {}),
  cues: nullable(number),
  speed_over_s: nullable(number),
})
/** One session of a trend. */
export type Point = Checked<typeof point>

export const sorts = ['created', 'title', 'duration', 'score', 'worst', 'exercise'] as const
export type Sort = (typeof sorts)[number]

/** What to list. Empty texts ask for everything. */
export interface Query {
  q: string
  exercise: string
  tag: string
  kind: Kind | ''
  state: State | ''
  trash: boolean
  sort: Sort
  order: 'asc' | 'desc'
  limit: number
  offset: number
}

/** The changes that a person makes to a session. */
export interface Change {
  title?: string
  tags?: string[]
  keep?: Keep
  /** RFC 3339; null: the video stays. */
  keep_until?: string | null
}

export const uploadsAt = '/api/library/uploads/'
const sessionsAt = '/api/library/sessions'
const at = (id: string, more = ''): string => `${sessionsAt}/${encodeURIComponent(id)}${more}`
export const videoAt = (id: string): string => at(id, '/video')
export const thumbAt = (id: string): string => at(id, '/thumb')

const sent = (method: string, body?: unknown): RequestInit & { headers?: Record<string, string> } =>
  body === undefined ? { method } : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }

/** The address of a listing. */
export function listingAt(query: Partial<Query>): string {
  const values = Object.entries(query).flatMap(([name, value]) => {
    if (name === 'trash') return value ? [[name, '1']] : []
    return value === '' || value === undefined ? [] : [[name, String(value)]]
  })
  return `${sessionsAt}?${new URLSearchParams(values)}`
}

/** Exchanges the server's access code for a cookie, with which pictures, videos and downloads work too. */
export async function login(accessToken: string): Promise<void> {
  await call('/api/library/login', { method: 'POST', headers: bearer(accessToken) })
}

/** Whether the server wants an access code first. */
export const wantsCode = (cause: unknown): boolean => cause instanceof ApiError && cause.status === 401

export async function listSessions(query: Partial<Query>, signal?: AbortSignal): Promise<Page> {
  return page(await (await call(listingAt(query), signal ? { signal } : {})).json(), '')
}

export async function getSession(id: string): Promise<Recorded> {
  return object({ session })(await (await call(at(id))).json(), '').session
}

export async function changeSession(id: string, change: Change): Promise<Recorded> {
  return session(await (await call(at(id), sent('PATCH', change))).json(), '')
}

/** Deletes a session. It can be had back for a while, unless it goes for good. */
export async function deleteSession(id: string, forGood = false): Promise<void> {
  await call(at(id, forGood ? '?now=1' : ''), sent('DELETE'))
}

export async function undeleteSession(id: string): Promise<Recorded> {
  return session(await (await call(at(id, '/undelete'), sent('POST'))).json(), '')
}

/** Analyses a session's video anew. roller: "X,Y,RADIUS@TIME" of its near end, in pixels of the clip and seconds. */
export async function analyseAgain(id: string, options: { exercise?: string; roller?: string } = {}): Promise<Job> {
  return job(await (await call(at(id, '/analyse'), sent('POST', options))).json(), '')
}

/** Makes a session of a document that was exported as JSON. */
export async function importSession(document: Blob): Promise<Recorded> {
  return session(await (await call('/api/library/import', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: document })).json(), '')
}

export async function listJobs(): Promise<Job[]> {
  return object({ jobs: list(job) })(await (await call('/api/library/jobs')).json(), '').jobs
}

export async function cancelJob(id: string): Promise<void> {
  await call(`/api/library/jobs/${encodeURIComponent(id)}`, sent('DELETE'))
}

export async function getTrend(exercise: string, tag: string): Promise<Point[]> {
  const query = new URLSearchParams(Object.entries({ exercise, tag }).filter(([, value]) => value !== ''))
  return object({ points: list(point) })(await (await call(`/api/library/trend?${query}`)).json(), '').points
}
