// Writes track.bin for tests of the page, as package archive does: columns of numbers behind a header in JSON.

const names = {
  levels: ['C7', ...Array.from({ length: 12 }, (_, i) => `T${i + 1}`), ...Array.from({ length: 5 }, (_, i) => `L${i + 1}`)],
  zones: ['lumbar', 'lower_thoracic', 'thoracic', 'neck', 'off'],
  states: ['unseen', 'unsure', 'ok'],
  phases: ['setup', 'checking', 'paused', 'ended'],
}
const kinds = { f64: [8, Float64Array], f32: [4, Float32Array], u32: [4, Uint32Array], u8: [1, Uint8Array] }
const columns = [
  ['t', 'f64', 1], ['pose_score', 'f32', 1], ['landmarks', 'f32', 99], ['roller_score', 'f32', 1], ['near', 'f32', 2], ['far', 'f32', 2],
  ['radius', 'f32', 1], ['s', 'f32', 1], ['s_sigma', 'f32', 1], ['speed_cm_s', 'f32', 1], ['hip_lift_cm', 'f32', 1], ['knee_deg', 'f32', 1],
  ['neck_deg', 'f32', 1], ['shk_deg', 'f32', 1], ['yaw_deg', 'f32', 1], ['px_per_cm', 'f32', 1], ['level', 'u8', 1], ['zone', 'u8', 1],
  ['state', 'u8', 1], ['phase', 'u8', 1], ['active', 'u32', 1],
] // prettier-ignore

/**
 * Makes a file out of frames. What a frame does not name is unknown.
 * @param {{t: number, landmarks?: number[], near?: number[], far?: number[], level?: string, zone?: string, state?: string, phase?: string, active?: string[]}[]} frames
 *   landmarks is 99 numbers: x, y, visibility of each
 * @returns {ArrayBuffer}
 */
export function makeTrack(frames, { width = 640, height = 360, codes = [] } = {}) {
  const round = (n) => Math.ceil(n / 8) * 8
  const header = { frames: frames.length, width, height, codes, ...names, columns: [] }
  let at = 0
  for (const [name, type, per] of columns) {
    header.columns.push({ name, type, per, at })
    at += round(frames.length * per * kinds[type][0])
  }
  // The header's length depends on the numbers in it: what is to be added is set after its width is known.
  const room = round(12 + JSON.stringify(header).length + 8 * columns.length)
  for (const c of header.columns) c.at += room
  const text = JSON.stringify(header).padEnd(room - 12)
  const buffer = new ArrayBuffer(room + at)
  new Uint8Array(buffer).set(new TextEncoder().encode('RWTRACK1'))
  new DataView(buffer).setUint32(8, room - 12, true)
  new Uint8Array(buffer).set(new TextEncoder().encode(text), 12)
  for (const c of header.columns) {
    const out = new kinds[c.type][1](buffer, c.at, frames.length * c.per)
    frames.forEach((f, i) => fill(out, i, c, f[c.name], codes))
  }
  return buffer
}

function fill(out, i, { name, type, per }, value, codes) {
  if (name === 'active') out[i] = (value ?? []).reduce((bits, code) => bits | (1 << codes.indexOf(code)), 0)
  else if (type === 'u8') out[i] = value === undefined ? 255 : names[`${name}s`].indexOf(value)
  else if (per === 1) out[i] = value ?? Number.NaN
  else for (let k = 0; k < per; k++) out[i * per + k] = value?.[k] ?? Number.NaN
}
