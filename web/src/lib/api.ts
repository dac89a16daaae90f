// The server's HTTP interface.

import { boolean, list, nullable, number, object, string, withDefault, type Checked } from './validate'

/** A refusal by the server, or by the way there: code is the server's word, "unreachable" without an answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

const exerciseInfo = object({ id: string, version: number, title: string, languages: list(string) })
const info = object({
  version: string,
  exercises: list(exerciseInfo),
  token_required: withDefault(boolean, false),
  /** Whether sessions are kept here. */
  library: withDefault(boolean, false),
})
export type Info = Checked<typeof info>

const zone = object({ zone: string, from: nullable(number), to: nullable(number) })
export type ZoneSpan = Checked<typeof zone>

export const exercise = object({
  id: string,
  version: number,
  title: string,
  zones: list(zone),
  levels: withDefault(list(object({ level: string, s: number })), []),
  speed_cm_s: withDefault(object({ hint: nullable(number), cue: nullable(number), max_shown: nullable(number) }), {
    hint: null,
    cue: null,
    max_shown: null,
  }),
  hip_lift: nullable(object({ min_l: nullable(number) })),
  hold: nullable(object({ min_s: number, max_s: number })),
  doses: withDefault(list(object({ id: string, name: withDefault(string, ''), min_s: nullable(number), max_s: nullable(number) })), []),
})
export type Exercise = Checked<typeof exercise>

const opened = object({
  id: string,
  token: string,
  whip: string,
  events: string,
  ice_servers: withDefault(list((v) => v as RTCIceServer), []),
  exercise,
  /** Whether the check is kept: as a session of the library with the same id. */
  recording: withDefault(boolean, false),
})
/** A check that the server has opened for this page. */
export type Opened = Checked<typeof opened>

export interface RollerSize {
  diameter_cm: number
  length_cm: number | null
}

export interface OpenRequest {
  /** A plan by its aim, or one exercise with its side and dose. */
  plan?: string
  equipment?: string[]
  experienced?: boolean
  height_cm?: number
  exercise?: string
  side?: string | null
  dose?: string | null
  language: string
  roller: RollerSize | null
  consent: boolean
  screening_passed: boolean
  keep?: { what: string; days: number | null }
}

const fault = object({ error: object({ code: string, message: string, retry_after_s: nullable(number) }) })

/** Turns an answer that is no success into an ApiError, with the server's own words where it gave some. */
export async function refusal(answer: Response): Promise<ApiError> {
  const header = Number(answer.headers.get('Retry-After'))
  const wait = Number.isFinite(header) && header > 0 ? header : null
  try {
    const { error } = fault(await answer.json(), '')
    return new ApiError(answer.status, error.code, error.message, error.retry_after_s ?? wait)
  } catch {
    return new ApiError(answer.status, 'http', `${answer.status} ${answer.statusText}`.trim(), wait)
  }
}

// The server's own sentences are to be in the language of the page.
function spoken(): Record<string, string> {
  const language = globalThis.document?.documentElement.lang
  return language ? { 'Accept-Language': language } : {}
}

/** Fetches, or throws ApiError. */
export async function call(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(path, { ...init, headers: { ...spoken(), ...init.headers }, cache: 'no-store', credentials: 'same-origin' })
  } catch (cause) {
    throw new ApiError(0, 'unreachable', cause instanceof Error ? cause.message : String(cause))
  }
  if (!answer.ok) throw await refusal(answer)
  return answer
}

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

export async function getInfo(): Promise<Info> {
  return info(await (await call('/api/info')).json(), '')
}

/** Opens a check. accessToken is the server's own, where it asks for one. */
export async function openCheck(request: OpenRequest, accessToken: string): Promise<Opened> {
  const headers = { 'Content-Type': 'application/json', ...(accessToken ? bearer(accessToken) : {}) }
  const answer = await call('/api/sessions', { method: 'POST', headers, body: JSON.stringify(request) })
  return opened(await answer.json(), '')
}

export type Outcome = { kind: 'ended'; raw: unknown } | { kind: 'running' } | { kind: 'gone' }

/** What has become of a check: its summary once it has ended, "running", or "gone". Throws ApiError without an answer. */
export async function outcome(check: Opened): Promise<Outcome> {
  try {
    const answer = await call(`/api/sessions/${encodeURIComponent(check.id)}/summary`, { headers: bearer(check.token) })
    return { kind: 'ended', raw: await answer.json() }
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 409) return { kind: 'running' }
    if (cause instanceof ApiError && (cause.status === 404 || cause.status === 401 || cause.status === 410)) return { kind: 'gone' }
    throw cause
  }
}

/** Ends a check and makes the server forget it. Nothing can be done about a failure: the server ends it by itself. */
export function forget(check: Opened): void {
  void fetch(`/api/sessions/${encodeURIComponent(check.id)}`, {
    method: 'DELETE',
    headers: bearer(check.token),
    keepalive: true,
  }).catch(() => undefined)
}
