// What follows from a number on the pain scale (0 none … 10 worst): green, amber and red as physiotherapists use it.

export type PainBand = 'green' | 'amber' | 'red'

export function painBand(value: number): PainBand {
  if (value >= 6) return 'red'
  return value >= 4 ? 'amber' : 'green'
}

/** Whether a number ends the check: 6 or more, or 2 or more over the first one. The server judges the same way. */
export function painStops(value: number, first: number | null): boolean {
  return value >= 6 || (first !== null && value - first >= 2)
}
