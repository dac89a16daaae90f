// How the library writes dates, sizes and spans in a language.

const dayMs = 86_400_000

/** "12 Nov 2026, 14:03"; the year is left out in the present one. */
export function day(language: string, iso: string, now: Date): string {
  const when = new Date(iso)
  if (Number.isNaN(when.getTime())) return ''
  const year = when.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...year, hour: '2-digit', minute: '2-digit' }).format(when)
}

/** "12 Nov": for the axis of a chart. */
export function shortDay(language: string, iso: string): string {
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(new Date(iso))
}

/** "1.4 GB", "320 MB", "12 kB". */
export function bytes(language: string, n: number): string {
  const steps = [[1e12, 'terabyte'], [1e9, 'gigabyte'], [1e6, 'megabyte'], [1e3, 'kilobyte']] as const // prettier-ignore
  const [size, unit] = steps.find(([least]) => n >= least) ?? ([1e3, 'kilobyte'] as const)
  // What is there is never shown as nothing.
  const value = n > 0 ? Math.max(1, n / size) : 0
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 && unit !== 'kilobyte' ? 1 : 0 }).format(value)
}

/** Whole days until then, counted up: what goes this evening goes in one day. Never below 0. */
export function daysUntil(iso: string, now: Date): number {
  return Math.max(0, Math.ceil((new Date(iso).getTime() - now.getTime()) / dayMs))
}

/** The same time of day so many days later, as RFC 3339. */
export function inDays(days: number, from: Date): string {
  return new Date(from.getTime() + days * dayMs).toISOString()
}

/** A span that is left: seconds to a minute, then minutes, then hours: "40 sec", "3 min", "2 hr". */
export function span(language: string, seconds: number): string {
  const [value, unit] = seconds < 60 ? [Math.max(1, Math.round(seconds)), 'second'] : seconds < 5400 ? [Math.round(seconds / 60), 'minute'] : [Math.round(seconds / 3600), 'hour']
  return new Intl.NumberFormat(language, { style: 'unit', unit: String(unit), unitDisplay: 'short', maximumFractionDigits: 0 }).format(Number(value))
}
