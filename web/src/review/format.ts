// Times as the review writes them.

/** Seconds as m:ss.cc: a frame can be told from the next. */
export function exactClock(seconds: number): string {
  const hundredths = Math.max(0, Math.floor(seconds * 100 + 1e-6))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`
}

/** An axis' time: m:ss, with tenths where the ticks are closer than a second. */
export function axisClock(seconds: number, step: number): string {
  const tenths = Math.round(seconds * 10)
  const whole = `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}`
  return step < 1 ? `${whole}.${tenths % 10}` : whole
}
