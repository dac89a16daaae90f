// Line icons on a 48 × 48 grid, one for every cue and sign. Shapes, not colours, tell them apart.

const arrowUp = 'M24 36V13M14 22l10-10 10 10'
const arrowDown = 'M24 12v23M14 26l10 10 10-10'

export const icons: Record<string, string> = {
  // cues about the roller and the body
  roller_too_low: 'M24 26V8M16 15l8-8 8 8M24 42a6 6 0 1 0 0-12 6 6 0 0 0 0 12',
  roller_too_high: 'M24 22v18M16 33l8 8 8-8M24 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12',
  neck_pulled: 'M20 26a7 7 0 1 0 0-14 7 7 0 0 0 0 14M31 12c5 5 5 13 0 18M26 30h5.5v-5.5',
  head_dropped: 'M20 36a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 16V7M14 12l6-6 6 6M32 29h8',
  hips_not_lifted: 'M24 33V9M14 19l10-10 10 10M10 40h28',
  hips_too_high: 'M24 8v23M14 21l10 10 10-10M10 40h28',
  knees_not_bent: 'M8 38 24 12l14 26M34 38h6',
  feet_not_flat: 'M10 14v18h16c6 0 10 2 12 6H10M8 43h32',
  arms_not_set: 'M12 14l24 20M36 14 12 34',
  roller_not_square: 'M24 8v32M8 24h32M24 17h7v7',
  rolled_off_side: 'M36 16a14 14 0 1 0 2 8M37 8v9h-9',
  rolling_too_fast: 'M8 34a16 16 0 0 1 32 0M24 34 15 25M24 34h.01',
  jerky: 'M6 24c6-12 12-12 18 0s12 12 18 0',
  // the camera's
  no_person: 'M24 22a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 40c2-9 7-13 14-13s12 4 14 13',
  several_people: 'M17 22a6 6 0 1 0 0-12 6 6 0 0 0 0 12M6 38c1-8 5-12 11-12s10 4 11 12M32 20a5 5 0 1 0 0-10M33 26c5 0 8 4 9 11',
  body_out_of_frame: 'M8 16V8h8M32 8h8v8M40 32v8h-8M16 40H8v-8M18 24h12',
  not_side_on: 'M6 16h24v18H6zM30 22l10-6v18l-10-6',
  roller_not_seen: 'M24 36a12 12 0 1 0 0-24 12 12 0 0 0 0 24M24 28a4 4 0 1 0 0-8 4 4 0 0 0 0 8',
  too_dark: 'M24 31a7 7 0 1 0 0-14 7 7 0 0 0 0 14M24 6v5M24 37v5M6 24h5M37 24h5M11 11l4 4M33 33l4 4M37 11l-4 4M15 33l-4 4',
  camera_moved: 'M12 18h18v14H12zM30 23l7-4v12l-7-4M14 40h20M14 10h20',
  low_frame_rate: 'M10 38V28M19 38V22M28 38V16M37 38V10',
  // praise
  good: 'M11 25l9 9 17-19',
  // signs
  up: arrowUp,
  down: arrowDown,
  pause: 'M17 11v26M31 11v26',
  play: 'M16 9l22 15-22 15z',
  stop: 'M13 13h22v22H13z',
  pain: 'M27 5 12 27h11l-3 16 16-23H25z',
  ask: 'M17 18c0-10 15-9 15 0 0 6-8 6-8 12M24 38h.01',
  emergency: 'M24 11v26M11 24h26',
  warning: 'M24 13v14M24 35h.01',
  signal: 'M8 20c9-9 23-9 32 0M14 27c6-6 14-6 20 0M24 35h.01',
  camera: 'M6 14h24v20H6zM30 21l12-7v20l-12-7',
  sound: 'M8 19v10h7l10 8V11l-10 8zM32 18c3 3 3 9 0 12M37 13c6 6 6 16 0 22',
  muted: 'M8 19v10h7l10 8V11l-10 8zM33 19l10 10M43 19 33 29',
  sliders: 'M8 15h18M36 15h4M8 33h4M22 33h18M31 20a5 5 0 1 0 0-10 5 5 0 0 0 0 10M17 38a5 5 0 1 0 0-10 5 5 0 0 0 0 10',
  ring: 'M24 38a14 14 0 1 0 0-28 14 14 0 0 0 0 28M24 20v8M20 24h8',
  eye: 'M5 24c9-14 29-14 38 0-9 14-29 14-38 0zM24 30a6 6 0 1 0 0-12 6 6 0 0 0 0 12',
  lie: 'M6 32h36M10 26l14-4 6-9 8 13M10 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
  // the library's
  search: 'M21 34a13 13 0 1 0 0-26 13 13 0 0 0 0 26M31 31l10 10',
  upload: 'M24 31V9M15 18l9-9 9 9M9 40h30',
  bin: 'M9 13h30M19 13V8h10v5M13 13l2 27h18l2-27M20 21v12M28 21v12',
  more: 'M11 25a1 1 0 1 0 0-2 1 1 0 0 0 0 2M24 25a1 1 0 1 0 0-2 1 1 0 0 0 0 2M37 25a1 1 0 1 0 0-2 1 1 0 0 0 0 2',
  pencil: 'M10 38l2-9L31 10l7 7-19 19zM27 14l7 7',
  tag: 'M8 8h15l17 17-15 15L8 23zM16 16h.01',
  cross: 'M13 13l22 22M35 13 13 35',
  back: 'M18 12 8 22l10 10M8 22h20a10 10 0 0 1 0 20h-4',
  disk: 'M8 12h32v24H8zM8 28h32M32 32h.01',
  hourglass: 'M24 42a18 18 0 1 0 0-36 18 18 0 0 0 0 36M24 14v10l7 5',
  side_by_side: 'M7 11h15v26H7zM26 11h15v26H26z',
  film: 'M7 11h34v26H7zM20 18l9 6-9 6z',
  turn: 'M17 6h14v24H17zM37 20c5 4 5 12-1 16l-8 4M34 41l-6-1 3-6',
  // the review's
  frameBack: 'M33 11 17 24l16 13zM11 11v26',
  frameOn: 'M15 11l16 13-16 13zM37 11v26',
  loop: 'M12 20v-3a6 6 0 0 1 6-6h20M32 5l6 6-6 6M36 28v3a6 6 0 0 1-6 6H10M16 43l-6-6 6-6',
  pen: 'M10 38l3-10L31 10l7 7-18 18zM27 14l7 7',
  expand: 'M8 18V8h10M30 8h10v10M40 30v10H30M18 40H8V30',
  line: 'M10 38 38 10',
  arrow: 'M10 38 37 11M22 11h15v15',
  angle: 'M38 10 10 38h30M24 24c4 3 6 8 6 14',
  circle: 'M24 40a16 16 0 1 0 0-32 16 16 0 0 0 0 32',
  text: 'M11 15v-5h26v5M24 10v28M18 38h12',
  free: 'M7 32c6-20 12-20 15-8s8 12 11 0 6-8 8-4',
  hand: 'M12 10l24 12-11 3-3 11z',
  undo: 'M18 10 8 20l10 10M8 20h20a10 10 0 0 1 0 20H16',
  redo: 'M30 10l10 10-10 10M40 20H20a10 10 0 0 0 0 20h12',
  remove: 'M10 14h28M19 14V8h10v6M14 14l2 26h16l2-26M21 21v12M27 21v12',
  flag: 'M12 42V8M12 10h24l-6 8 6 8H12',
  plus: 'M24 10v28M10 24h28',
  note: 'M9 9h30v22H25l-9 9v-9H9zM16 17h16M16 23h10',
  arrowBack: 'M38 24H11M22 13 11 24l11 11',
  compare: 'M7 10h14v28H7zM27 10h14v28H27z',
  download: 'M24 8v22M15 22l9 9 9-9M9 40h30',
}

const alike: Record<string, string> = {
  good_form: 'good',
  pass_done: 'good',
  hold_done: 'good',
  zone_done: 'good',
  pain_stop: 'warning',
  light: 'too_dark',
  whole_body: 'body_out_of_frame',
  distance: 'no_person',
  side_on: 'not_side_on',
  floor: 'feet_not_flat',
  roller: 'roller_not_seen',
}

export function iconPath(name: string): string {
  return icons[name] ?? icons[alike[name] ?? 'warning'] ?? ''
}

export type IconFrame = 'octagon' | 'circle' | 'square' | 'none'

export const framePaths: Record<IconFrame, string> = {
  octagon: 'M22.5 2h27l19.5 19.5v27L49.5 70h-27L3 50.5v-27z',
  circle: 'M36 3a33 33 0 1 0 0 66 33 33 0 0 0 0-66z',
  square: 'M16 4h40a12 12 0 0 1 12 12v40a12 12 0 0 1-12 12H16A12 12 0 0 1 4 56V16A12 12 0 0 1 16 4z',
  none: '',
}
