// What the keys do in the review. Nothing is done while somebody writes or chooses.

export const actions = [
  'toggle', 'frameBack', 'frameOn', 'secondBack', 'secondOn', 'playBack', 'pause', 'play', 'slower', 'faster', 'first', 'last',
  'loopFrom', 'loopTo', 'loopOff', 'cueNext', 'cueLast', 'markFalse', 'markMissed', 'note', 'draw', 'undo', 'redo', 'remove',
  'layer1', 'layer2', 'layer3', 'layer4', 'layer5', 'full', 'whole', 'help', 'leave',
] as const // prettier-ignore
export type Action = (typeof actions)[number]

const plain: Readonly<Record<string, Action>> = {
  ' ': 'toggle', ArrowLeft: 'frameBack', ArrowRight: 'frameOn', j: 'playBack', k: 'pause', l: 'play', '-': 'slower', '_': 'slower', '+': 'faster', '=': 'faster',
  Home: 'first', End: 'last', '[': 'loopFrom', ']': 'loopTo', i: 'loopFrom', o: 'loopTo', '\\': 'loopOff', u: 'loopOff', c: 'cueNext', x: 'markFalse',
  m: 'markMissed', n: 'note', d: 'draw', Delete: 'remove', Backspace: 'remove', f: 'full', w: 'whole', '?': 'help', Escape: 'leave',
  1: 'layer1', 2: 'layer2', 3: 'layer3', 4: 'layer4', 5: 'layer5',
} // prettier-ignore

const withShift: Readonly<Record<string, Action>> = { ArrowLeft: 'secondBack', ArrowRight: 'secondOn', c: 'cueLast' }

/** How the sheet shows the keys of an action; what is left out has no line of its own. */
export const shown: readonly { action: Action; keys: string[] }[] = [
  { action: 'toggle', keys: ['␣'] },
  { action: 'frameBack', keys: ['←'] },
  { action: 'frameOn', keys: ['→'] },
  { action: 'secondOn', keys: ['⇧ ←', '⇧ →'] },
  { action: 'play', keys: ['J', 'K', 'L'] },
  { action: 'faster', keys: ['−', '+'] },
  { action: 'first', keys: ['Home', 'End'] },
  { action: 'loopFrom', keys: ['[', ']'] },
  { action: 'loopOff', keys: ['\\'] },
  { action: 'cueNext', keys: ['C', '⇧ C'] },
  { action: 'markFalse', keys: ['X'] },
  { action: 'markMissed', keys: ['M'] },
  { action: 'note', keys: ['N'] },
  { action: 'draw', keys: ['D'] },
  { action: 'undo', keys: ['Ctrl Z', 'Ctrl Y'] },
  { action: 'remove', keys: ['Del'] },
  { action: 'layer1', keys: ['1', '…', '5'] },
  { action: 'whole', keys: ['W'] },
  { action: 'full', keys: ['F'] },
  { action: 'help', keys: ['?'] },
]

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat' | 'target'>

// What may be kept pressed.
const repeats: ReadonlySet<Action> = new Set(['frameBack', 'frameOn', 'secondBack', 'secondOn', 'undo', 'redo'])
const writing = new Set(['INPUT', 'SELECT', 'TEXTAREA'])
const pressed = new Set(['BUTTON', 'SUMMARY', 'A'])

/** What a key press asks for, or null if it is nothing, or belongs to the element that has the focus. */
export function actionOf(event: Press): Action | null {
  const target = event.target as { tagName?: string; isContentEditable?: boolean } | null
  const tag = target?.tagName ?? ''
  if (writing.has(tag) || target?.isContentEditable) return null
  if (event.key === ' ' && pressed.has(tag)) return null
  const action = named(event)
  return action && (!event.repeat || repeats.has(action)) ? action : null
}

function named(event: Press): Action | null {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  // Brackets and the backslash need Alt, or both Ctrl and Alt, on many keyboards.
  if ('[]\\'.includes(key) && event.altKey) return plain[key] ?? null
  if (event.altKey) return null
  if (event.ctrlKey || event.metaKey) return key === 'z' ? (event.shiftKey ? 'redo' : 'undo') : key === 'y' ? 'redo' : null
  return (event.shiftKey ? withShift[key] : null) ?? plain[key] ?? null
}
