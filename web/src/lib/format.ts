// Times and file names; numbers with units are in words/measures.ts.

/** Seconds as m:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** A file name without anything that file systems mind: rollwell-2026-11-23-1504.json */
export function fileName(prefix: string, when: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`
  return `${prefix}-${day}-${two(when.getHours())}${two(when.getMinutes())}.json`
}
