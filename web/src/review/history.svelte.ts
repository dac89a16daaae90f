// What has been done, so that it can be undone; and lists that are kept by the server while they are already shown.

import { ApiError } from '../lib/api'

interface Step {
  undo(): void
  redo(): void
}

/** Undo and redo over everything that somebody does in a review. */
export class History {
  private readonly done: Step[] = []
  private readonly undone: Step[] = []
  canUndo = $state(false)
  canRedo = $state(false)

  /** Does a step and remembers it. */
  run(step: Step): void {
    step.redo()
    this.done.push(step)
    this.undone.length = 0
    this.tell()
  }

  undo = (): void => this.turn(this.done, this.undone, 'undo')
  redo = (): void => this.turn(this.undone, this.done, 'redo')

  private turn(from: Step[], to: Step[], way: 'undo' | 'redo'): void {
    const step = from.pop()
    if (!step) return
    step[way]()
    to.push(step)
    this.tell()
  }

  private tell(): void {
    this.canUndo = this.done.length > 0
    this.canRedo = this.undone.length > 0
  }
}

export interface Keeper<T> {
  create(value: T): Promise<{ id: string }>
  update?(id: string, value: T): Promise<void>
  remove(id: string): Promise<void>
}

export interface Kept<T> {
  /** Stays the same while the page is open, whatever the server calls it. */
  key: string
  value: T
}

const retryMs = 3000

/**
 * A list that is shown as somebody wants it, while the server is told one thing after the other. What it did not take is
 * tried again; nothing is given up.
 */
export class Keeping<T extends object> {
  items = $state.raw<Kept<T>[]>([])
  /** How many are not with the server yet. */
  waiting = $state(0)
  /** Why the last try failed; "" when all is well. */
  trouble = $state('')

  private readonly ids = new Map<string, string>()
  private readonly saved = new Map<string, T>()
  private readonly busy = new Set<string>()
  private next = 0

  constructor(
    private readonly keeper: Keeper<T>,
    private readonly history: History,
    known: readonly (T & { id: string })[],
  ) {
    this.items = known.map((value) => {
      const key = `k${this.next++}`
      this.ids.set(key, value.id)
      this.saved.set(key, value)
      return { key, value }
    })
  }

  get(key: string): T | null {
    return this.items.find((i) => i.key === key)?.value ?? null
  }

  add(value: T): string {
    const key = `k${this.next++}`
    this.change(key, value)
    return key
  }

  /** Puts another value, or nothing, in a value's place. */
  change(key: string, after: T | null): void {
    const before = this.get(key)
    this.history.run({ undo: () => this.put(key, before), redo: () => this.put(key, after) })
  }

  private put(key: string, value: T | null): void {
    const there = this.items.some((i) => i.key === key)
    if (value === null) this.items = this.items.filter((i) => i.key !== key)
    else if (there) this.items = this.items.map((i) => (i.key === key ? { key, value } : i))
    else this.items = [...this.items, { key, value }]
    void this.tell(key)
  }

  private async tell(key: string): Promise<void> {
    if (this.busy.has(key)) return
    this.busy.add(key)
    this.waiting = this.busy.size
    try {
      while (this.get(key) !== (this.saved.get(key) ?? null)) await this.tellOnce(key, this.get(key))
      this.trouble = ''
    } catch (cause) {
      this.trouble = cause instanceof Error ? cause.message : String(cause)
      setTimeout(() => void this.tell(key), retryMs)
    } finally {
      this.busy.delete(key)
      this.waiting = this.trouble ? Math.max(1, this.busy.size) : this.busy.size
    }
  }

  private async tellOnce(key: string, value: T | null): Promise<void> {
    const id = this.ids.get(key)
    if (id !== undefined && value !== null && this.keeper.update) await this.keeper.update(id, value)
    else {
      if (id !== undefined) await this.keeper.remove(id).catch(unlessGone)
      this.ids.delete(key)
      this.saved.delete(key)
      if (value !== null) this.ids.set(key, (await this.keeper.create(value)).id)
    }
    if (value === null) this.saved.delete(key)
    else this.saved.set(key, value)
  }
}

function unlessGone(cause: unknown): void {
  if (!(cause instanceof ApiError && cause.status === 404)) throw cause
}
