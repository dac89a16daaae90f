// Numbers as people read them.

/** Seconds as m:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** Rounds for a gauge: one decimal below 10, none above. Never "-0". */
export function gauge(value: number, decimals = Math.abs(value) < 9.95 ? 1 : 0): string {
  const text = value.toFixed(decimals)
  return Number(text) === 0 ? text.replace('-', '') : text
}

/** A share 0…1 as whole per cent, where something that happened is never shown as 0. */
export function percent(share: number): string {
  if (!(share > 0)) return '0 %'
  return `${Math.max(1, Math.round(100 * share))} %`
}

/** A file name without anything that file systems mind: rollwell-2026-11-23-1504.json */
export function fileName(prefix: string, when: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`
  return `${prefix}-${day}-${two(when.getHours())}${two(when.getMinutes())}.json`
}
