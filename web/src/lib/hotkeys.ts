// Keys that work anywhere on the screen, unless somebody is writing or choosing.

const letters = ['m', 'p', 'r', 's', 'c', 'h', 'n', 'b'] as const
/** m: voice, p: pain, r: roller, s: stop signs, c and h: calibrate, n and b: on and back in the plan. */
export type Hotkey = 'space' | (typeof letters)[number]

/** The hotkey of a key press, or null if it is none, or belongs to the element that has the focus. */
export function hotkeyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>): Hotkey | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null
  const tag = (event.target as { tagName?: string } | null)?.tagName ?? ''
  if (tag === 'INPUT' || tag === 'SELECT' || tag === 'TEXTAREA') return null
  if (event.key === ' ') return tag === 'BUTTON' || tag === 'SUMMARY' || tag === 'A' ? null : 'space'
  return letters.find((letter) => letter === event.key.toLowerCase()) ?? null
}
