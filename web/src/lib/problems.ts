// What can stand in the way, each with a screen of its own that says what to do. The words are in the words table.

export const problemIds = [
  'insecure',
  'unsupported',
  'refused',
  'none',
  'busy',
  'other',
  'camera_ended',
  'unreachable',
  'full',
  'ended',
  'gone',
  'failed',
] as const
export type ProblemId = (typeof problemIds)[number]

export interface Problem {
  id: ProblemId
  /** What the server said, if it said something. */
  detail?: string
  /** When it is tried again by itself, ms of Date.now(). */
  retryAt?: number
}
