// What the set-up guide says aloud: each line once when it turns green, and from time to time the first that is not.

import type { SetupItem } from '../protocol'

export interface Line {
  id: string
  text: string
}

// A fault is spoken when it has lasted this long, and again after so long, in s.
const lastsS = 3
const againS = 12

export class GuideVoice {
  private readonly green = new Set<string>()
  private fault: { id: string; since: number; saidAt: number | null } | null = null

  /** Takes the checklist at time now (s) and returns what to say now. */
  step(items: SetupItem[], now: number): Line[] {
    const lines: Line[] = []
    for (const item of items) {
      if (item.state !== 'ok' || this.green.has(item.id)) continue
      this.green.add(item.id)
      if (item.say) lines.push({ id: `setup-${item.id}-ok`, text: item.say })
    }
    const bad = firstToDo(items)
    if (!bad) {
      this.fault = null
      return lines
    }
    if (this.fault?.id !== bad.id) this.fault = { id: bad.id, since: now, saidAt: null }
    const due = this.fault.saidAt === null ? now - this.fault.since >= lastsS : now - this.fault.saidAt >= againS
    if (due && bad.say) {
      this.fault.saidAt = now
      lines.push({ id: `setup-${bad.id}-bad`, text: bad.say })
    }
    return lines
  }
}

/**
 * The line that the person has to see to: the first that is wrong; or one that nobody could judge, once all the others
 * are green. Null while there is nothing to do, or too little is known yet.
 */
export function firstToDo(items: SetupItem[]): SetupItem | null {
  const bad = items.find((item) => item.state === 'bad')
  if (bad) return bad
  const open = items.filter((item) => item.state === 'unknown')
  return open.length === 1 && items.length > 1 ? (open[0] ?? null) : null
}

/** The ids of lines that are no longer true, so that they need not be said any more. */
export function outdated(items: SetupItem[]): string[] {
  return items.map((item) => (item.state === 'ok' ? `setup-${item.id}-bad` : `setup-${item.id}-ok`))
}

/** Whether every line of the guide is green. */
export const allGreen = (items: SetupItem[]): boolean => items.length > 0 && items.every((item) => item.state === 'ok')
