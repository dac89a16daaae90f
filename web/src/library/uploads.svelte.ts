// The clips that this page sends, by the tus protocol: what has arrived stays, so a lost line, a closed page or a server
// that starts anew costs nothing but the wait. They go on while somebody looks at other screens.

import { defaultOptions, DetailedError, Upload, type PreviousUpload } from 'tus-js-client'
import { uploadsAt, type Keep } from '../lib/library'
import { digestOf } from './files'
import { Pace } from './pace'

export type Stage = 'hashing' | 'waiting' | 'sending' | 'paused' | 'broken' | 'refused' | 'done'

/** What somebody says about a clip. */
export interface Wishes {
  title: string
  exercise: string
  language: string
  keep: Keep
}

const atOnce = 2
// About a minute in all; after that it waits for somebody, or for the network to come back.
const retryMs = [300, 1000, 2000, 4000, 8000, 15_000, 30_000]

// 507: there is no room until somebody makes some.
const full = 507

// Whether the same request may go well a moment later: what the server has understood and will not have is not better
// for being sent again.
const mayPass = (status: number): boolean => status === 0 || (status >= 500 && status !== full) || [408, 409, 423, 429].includes(status)

let last = 0

/** A clip on its way. */
export class Sending {
  readonly id = ++last
  stage = $state<Stage>('hashing')
  sent = $state(0)
  /** Bytes a second, null if it cannot be told. */
  rate = $state<number | null>(null)
  /** What the server said when it would not have it; empty for a lost line. */
  said = $state('')
  /** The session that it has become. */
  session = $state('')
  private readonly pace = new Pace()
  private readonly upload: Upload

  constructor(
    readonly file: File,
    readonly wishes: Wishes,
    private readonly moved: (sending: Sending) => void,
  ) {
    this.upload = new Upload(file, {
      endpoint: uploadsAt,
      retryDelays: retryMs,
      onShouldRetry: (cause) => mayPass(cause.originalResponse?.getStatus() ?? 0) && navigator.onLine,
      removeFingerprintOnSuccess: true,
      metadata: this.metadata(null),
      onProgress: (sent) => this.progress(sent),
      onUploadUrlAvailable: () => (this.session = this.upload.url?.split('/').pop() ?? ''),
      onSuccess: () => this.to('done'),
      onError: (cause) => this.fail(cause),
    })
  }

  get leftS(): number | null {
    return this.rate === null ? null : (this.file.size - this.sent) / this.rate
  }

  private metadata(sha256: string | null): Record<string, string> {
    const { title, exercise, language, keep } = this.wishes
    const all = { filename: this.file.name, filetype: this.file.type, title, exercise, language, keep, sha256: sha256 ?? '' }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
  }

  /** Finds out whether part of it is there already, and else what it is. Then it waits for its turn. */
  async prepare(): Promise<void> {
    const [before] = await this.upload.findPreviousUploads()
    if (before) this.upload.resumeFromPreviousUpload(before)
    else this.upload.options.metadata = this.metadata(await digestOf(this.file))
    if (this.stage === 'hashing') this.to('waiting')
  }

  start(): void {
    this.said = ''
    this.pace.reset()
    this.to('sending')
    this.upload.start()
  }

  pause(): void {
    void this.upload.abort()
    this.rate = null
    this.to('paused')
  }

  resume(): void {
    this.to('waiting')
  }

  /** Gives it up: the server forgets what it has. */
  async cancel(): Promise<void> {
    const begun = this.upload.url !== null
    try {
      await this.upload.abort(begun)
    } catch {
      // It cannot be reached: it forgets by itself after a while.
    }
  }

  private progress(sent: number): void {
    this.sent = sent
    this.pace.add(sent, performance.now())
    this.rate = this.pace.rate
  }

  private fail(cause: Error | DetailedError): void {
    const answer = cause instanceof DetailedError ? cause.originalResponse : null
    const status = answer?.getStatus() ?? 0
    this.rate = null
    this.said = status === 0 ? '' : sentenceOf(answer?.getBody() ?? '') || String(status)
    const refused = status !== 0 && status !== 401 && status !== full && !mayPass(status)
    if (refused) void this.forget()
    this.to(refused ? 'refused' : 'broken')
  }

  // It is not taken up again.
  private async forget(): Promise<void> {
    for (const before of await this.upload.findPreviousUploads()) await defaultOptions.urlStorage.removeUpload(before.urlStorageKey)
  }

  private to(stage: Stage): void {
    this.stage = stage
    this.moved(this)
  }
}

/** The server's sentence in a refusal: JSON as everywhere, or plain text. */
export function sentenceOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message : ''
  } catch {
    return /^\s*</.test(body) ? '' : body.trim().slice(0, 300)
  }
}

export class Uploads {
  all = $state.raw<Sending[]>([])
  /** Those that began on an earlier visit and are not whole: their files have to be chosen again. */
  unfinished = $state.raw<PreviousUpload[]>([])
  /** Counts what has become of uploads: the library has changed. */
  settled = $state(0)
  readonly busy = $derived(this.all.some((s) => s.stage === 'hashing' || s.stage === 'waiting' || s.stage === 'sending'))

  constructor() {
    window.addEventListener('online', () => this.all.filter((s) => s.stage === 'broken').forEach((s) => s.resume()))
    window.addEventListener('beforeunload', (event) => {
      if (this.busy) event.preventDefault()
    })
  }

  add(file: File, wishes: Wishes): void {
    const sending = new Sending(file, wishes, (s) => this.moved(s))
    this.all = [...this.all, sending]
    void sending.prepare().then(() => this.look())
  }

  async cancel(sending: Sending): Promise<void> {
    this.all = this.all.filter((s) => s !== sending)
    await sending.cancel()
    this.next()
    await this.look()
    this.settled++
  }

  dismiss(sending: Sending): void {
    this.all = this.all.filter((s) => s !== sending)
  }

  /** Gives up one of an earlier visit. */
  async discard(before: PreviousUpload): Promise<void> {
    try {
      if (before.uploadUrl) await Upload.terminate(before.uploadUrl, { ...defaultOptions, retryDelays: null })
    } catch {
      // It is gone, or cannot be reached: then it goes by itself.
    }
    await defaultOptions.urlStorage.removeUpload(before.urlStorageKey)
    await this.look()
    this.settled++
  }

  /** Looks for what began on earlier visits. */
  async look(): Promise<void> {
    const here = new Set(this.all.map((s) => `${s.file.name}/${s.file.size}`))
    const found = await defaultOptions.urlStorage.findAllUploads()
    this.unfinished = found.filter((u) => !here.has(`${u.metadata['filename']}/${u.size}`))
  }

  private moved(sending: Sending): void {
    if (sending.stage === 'done' || sending.stage === 'refused') this.settled++
    this.next()
  }

  // Lets those that wait begin, the oldest first.
  private next(): void {
    const free = atOnce - this.all.filter((s) => s.stage === 'sending').length
    this.all.filter((s) => s.stage === 'waiting').slice(0, Math.max(0, free)).forEach((s) => s.start()) // prettier-ignore
  }
}

let kept: Uploads | undefined

/** The page's uploads: they outlive the screen that shows them. */
export const uploads = (): Uploads => (kept ??= new Uploads())
