// What the library's screen shows: one page of a listing, the jobs that run, what is picked, and what just happened.

import { ApiError } from '../lib/api'
import * as server from '../lib/library'
import type { Change, Job, Page, Query, Recorded } from '../lib/library'
import { everything, pageSize } from './query'

/** Something that just happened, with what undoes it. */
export interface News {
  id: number
  kind: 'deleted' | 'restored' | 'changed' | 'failed' | 'imported'
  count: number
  /** What the server said, where something failed. */
  detail: string
  undo: (() => void) | null
}

const soonMs = 1500
const laterMs = 20_000
const typingMs = 220
const moving = new Set<server.State>(['recording', 'uploading', 'queued', 'analysing'])

export class Shelf {
  query = $state.raw<Query>(everything)
  page = $state.raw<Page | null>(null)
  jobs = $state.raw<Job[]>([])
  loading = $state(false)
  /** The server wants its access code. */
  locked = $state(false)
  /** Why the listing could not be had. */
  problem = $state.raw<ApiError | null>(null)
  picked = $state.raw<ReadonlySet<string>>(new Set())
  news = $state.raw<News[]>([])
  /** The time that "in 12 days" counts from. */
  now = $state.raw(new Date())

  private asked: AbortController | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private typing: ReturnType<typeof setTimeout> | undefined
  private lastNews = 0
  private lastPicked = ''
  private closed = false

  constructor(
    query: Query,
    private readonly noted: (query: Query) => void = () => undefined,
    /** What was listed for it a moment ago. */
    page: Page | null = null,
  ) {
    this.query = query
    this.page = page
    void this.load()
  }

  /** Nothing is asked any more. */
  close(): void {
    this.closed = true
    this.asked?.abort()
    clearTimeout(this.timer)
    clearTimeout(this.typing)
  }

  /** Lists something else, from its first page on unless the change says which. */
  ask(change: Partial<Query>): void {
    clearTimeout(this.typing)
    this.set(change)
    void this.load()
  }

  /** As ask, when the typing has paused. */
  type(q: string): void {
    clearTimeout(this.typing)
    this.set({ q })
    this.typing = setTimeout(() => void this.load(), typingMs)
  }

  private set(change: Partial<Query>): void {
    this.query = { ...this.query, offset: 0, ...change }
    if (Object.keys(change).some((name) => name !== 'offset')) this.picked = new Set()
    this.noted(this.query)
  }

  /** Fetches the page, and the jobs on its sessions; then again after a while, soon if something moves. */
  async load(): Promise<void> {
    this.asked?.abort()
    clearTimeout(this.timer)
    const asked = (this.asked = new AbortController())
    this.loading = true
    try {
      const [page, jobs] = await Promise.all([server.listSessions(this.query, asked.signal), server.listJobs()])
      if (asked.signal.aborted) return
      this.take(page, jobs)
    } catch (cause) {
      if (asked.signal.aborted) return
      this.locked = server.wantsCode(cause)
      this.problem = this.locked ? null : fault(cause)
    }
    this.loading = false
    this.again()
  }

  private take(page: Page, jobs: Job[]): void {
    // What was on the last page may have gone.
    if (page.sessions.length === 0 && page.total > 0 && this.query.offset > 0) {
      this.ask({ offset: Math.floor((page.total - 1) / pageSize) * pageSize })
      return
    }
    this.page = page
    this.jobs = jobs
    this.locked = false
    this.problem = null
    this.now = new Date()
  }

  private again(): void {
    if (this.closed) return
    const busy = this.jobs.some((j) => j.state === 'queued' || j.state === 'running') || this.page?.sessions.some((s) => moving.has(s.state))
    this.timer = setTimeout(() => (document.hidden ? this.again() : void this.load()), busy && !this.problem ? soonMs : laterMs)
  }

  /** The work on a session that waits or goes on. */
  jobOf(id: string): Job | null {
    return this.jobs.find((j) => j.session === id && (j.state === 'queued' || j.state === 'running')) ?? null
  }

  /** How many analyses come before a job. */
  before(job: Job): number {
    return this.jobs.filter((j) => j.state === 'running' || (j.state === 'queued' && j.created < job.created)).length
  }

  /** Picks a session, or lets it go; with range all from the one picked before to it. */
  pick(id: string, on: boolean, range = false): void {
    const picked = new Set(this.picked)
    for (const each of range ? this.between(this.lastPicked, id) : [id]) {
      if (on) picked.add(each)
      else picked.delete(each)
    }
    this.picked = picked
    this.lastPicked = id
  }

  private between(a: string, b: string): string[] {
    const ids = this.page?.sessions.map((s) => s.id) ?? []
    const [from, to] = [ids.indexOf(a), ids.indexOf(b)].toSorted((x, y) => x - y)
    return from === undefined || to === undefined || from < 0 ? [b] : ids.slice(from, to + 1)
  }

  pickAll(on: boolean): void {
    this.picked = new Set(on ? this.page?.sessions.map((s) => s.id) : [])
  }

  /** Changes a session; false and a word about it where that did not work. */
  async change(id: string, change: Change): Promise<boolean> {
    try {
      this.replace(await server.changeSession(id, change))
      return true
    } catch (cause) {
      this.failed(cause)
      return false
    }
  }

  private replace(session: Recorded): void {
    if (this.page) this.page = { ...this.page, sessions: this.page.sessions.map((s) => (s.id === session.id ? session : s)) }
  }

  /** Gives several sessions tags, beside those that they have. */
  async tag(sessions: readonly Recorded[], tags: readonly string[]): Promise<void> {
    for (const s of sessions) {
      const all = [...new Set([...s.tags, ...tags])]
      if (all.length > s.tags.length && !(await this.change(s.id, { tags: all }))) break
    }
    await this.load()
  }

  async delete(ids: readonly string[]): Promise<void> {
    const done = await this.each(ids, (id) => server.deleteSession(id))
    if (done.length) this.tell('deleted', done.length, () => void this.restore(done))
  }

  async restore(ids: readonly string[]): Promise<void> {
    const done = await this.each(ids, (id) => server.undeleteSession(id))
    if (done.length) this.tell('restored', done.length)
  }

  async deleteForGood(ids: readonly string[]): Promise<void> {
    await this.each(ids, (id) => server.deleteSession(id, true))
  }

  async analyse(id: string, { exercise, ...more }: { exercise: string; roller?: string }): Promise<void> {
    await this.each([id], () => server.analyseAgain(id, exercise ? { exercise, ...more } : more))
  }

  async cancel(job: Job): Promise<void> {
    await this.each([job.id], server.cancelJob)
  }

  /** Takes in sessions that were exported, one after the other: each is whole or not there. */
  async import(documents: readonly File[]): Promise<void> {
    let done = 0
    for (const document of documents) {
      try {
        await server.importSession(document)
        done++
      } catch (cause) {
        if (server.wantsCode(cause)) this.locked = true
        else this.tell('failed', 1, null, `${document.name}: ${fault(cause).message}`)
      }
    }
    if (done) this.tell('imported', done)
    await this.load()
  }

  // Does it to each until one fails, tells what was done, and looks again.
  private async each(ids: readonly string[], what: (id: string) => Promise<unknown>): Promise<string[]> {
    const done: string[] = []
    try {
      for (const id of ids) {
        await what(id)
        done.push(id)
      }
    } catch (cause) {
      this.failed(cause)
    }
    this.picked = new Set([...this.picked].filter((id) => !done.includes(id)))
    await this.load()
    return done
  }

  private failed(cause: unknown): void {
    if (server.wantsCode(cause)) this.locked = true
    else this.tell('failed', 1, null, fault(cause).message)
  }

  tell(kind: News['kind'], count: number, undo: (() => void) | null = null, detail = ''): void {
    this.news = [...this.news.slice(-2), { id: ++this.lastNews, kind, count, detail, undo }]
  }

  dismiss(id: number): void {
    this.news = this.news.filter((n) => n.id !== id)
  }
}

const fault = (cause: unknown): ApiError => (cause instanceof ApiError ? cause : new ApiError(0, 'malformed', cause instanceof Error ? cause.message : String(cause)))
