// What follows from a number on the pain scale (0 none … 10 worst): green, amber and red as physiotherapists use it.

export const bands = ['green', 'amber', 'red'] as const
export type PainBand = (typeof bands)[number]

/** From this number on nobody rolls. */
export const tooMuch = 6
/** And not with so much more than at the start. */
export const risen = 2

export function painBand(value: number): PainBand {
  if (value >= tooMuch) return 'red'
  return value >= 4 ? 'amber' : 'green'
}

/** Whether a number ends the check: 6 or more, or 2 or more over the first one. The server judges the same way. */
export function painStops(value: number, first: number | null): boolean {
  return value >= tooMuch || (first !== null && value - first >= risen)
}

export type PainChange = 'less' | 'same' | 'more' | 'much'

/** How the pain after a check compares with the one before it, where that is known. */
export function painChange(after: number, before: number | null): PainChange {
  if (painStops(after, before)) return 'much'
  if (before === null) return after === 0 ? 'same' : 'more'
  if (after < before) return 'less'
  return after === before ? 'same' : 'more'
}
