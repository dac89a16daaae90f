// Sessions for tests of the review: the truth of a clip as if it had been analysed, and ten minutes that are made up.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { makeTrack } from './maketrack.mjs'

const clips = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../testdata/clips')
const codes = ['roller_too_low', 'roller_too_high', 'hips_not_lifted', 'rolling_too_fast', 'jerky']
const texts = {
  roller_too_low: 'Bring the roller up to your shoulder blades',
  roller_too_high: 'Bring the roller down below your neck',
  hips_not_lifted: 'Lift your hips a little',
  rolling_too_fast: 'Slow down',
  jerky: 'Roll smoothly',
}
const severities = { roller_too_low: 'safety', roller_too_high: 'safety', hips_not_lifted: 'technique', rolling_too_fast: 'pace', jerky: 'pace' }

// The places of the named landmarks among BlazePose's 33.
const places = {
  nose: 0, left_ear: 7, right_ear: 8, left_shoulder: 11, right_shoulder: 12, left_elbow: 13, right_elbow: 14, left_wrist: 15, right_wrist: 16, left_hip: 23,
  right_hip: 24, left_knee: 25, right_knee: 26, left_ankle: 27, right_ankle: 28, left_heel: 29, right_heel: 30, left_foot_index: 31, right_foot_index: 32,
} // prettier-ignore

const zones = [['lumbar', -9, 0.5], ['lower_thoracic', 0.5, 0.67], ['thoracic', 0.67, 1.03], ['neck', 1.03, 9]] // prettier-ignore
const levels = [['C7', 1.18], ['T1', 1.13], ['T2', 1.09], ['T3', 1.05], ['T4', 1.01], ['T5', 0.965], ['T6', 0.92], ['T7', 0.87], ['T8', 0.82], ['T9', 0.77], ['T10', 0.72], ['T11', 0.665], ['T12', 0.61], ['L1', 0.55], ['L2', 0.485], ['L3', 0.42], ['L4', 0.345], ['L5', 0.27]] // prettier-ignore
const zoneAt = (s) => zones.find(([, from, to]) => s >= from && s < to)[0]
const levelAt = (s) => levels.reduce((best, l) => (Math.abs(l[1] - s) < Math.abs(best[1] - s) ? l : best))[0]

/** The lines of a clip's truth. */
function truth(clip) {
  return gunzipSync(readFileSync(path.join(clips, `${clip}.jsonl.gz`))).toString().trim().split('\n').map((l) => JSON.parse(l)) // prettier-ignore
}

function frameOf(line) {
  const landmarks = new Array(99).fill(0)
  for (const [name, k] of Object.entries(places)) {
    const p = line.keypoints[name]
    landmarks.splice(3 * k, 3, ...p.px, p.visible ? 0.95 : 0.45)
  }
  const s = line.u
  return {
    t: line.t, pose_score: 0.97, landmarks, roller_score: 0.9, near: line.roller.near.px, far: line.roller.far.px, radius: line.roller.near.radius_px,
    s, s_sigma: 0.03, speed_cm_s: line.speed_cm_s, hip_lift_cm: line.hip_lift_cm, knee_deg: line.angles.knee_left, neck_deg: line.angles.neck, shk_deg: 120,
    yaw_deg: 90, px_per_cm: line.px_per_m / 100, level: levelAt(s), zone: zoneAt(s), state: 'ok', phase: 'checking', active: [],
  } // prettier-ignore
}

const rules = {
  id: 'thoracic-roll', version: 1, title: 'Thoracic roll', zones: zones.map(([zone, from, to]) => ({ zone, from: from < 0 ? null : from, to: to > 2 ? null : to })),
  levels: levels.map(([level, s]) => ({ level, s })), speed_cm_s: { hint: 5.1, cue: 8, max_shown: 15 }, hip_lift: { min_l: 0.06 }, hold: { min_s: 20, max_s: 30 }, doses: [],
} // prettier-ignore

// Where a condition holds for long enough, with what the person did before it.
function findings(frames, code, holds, least) {
  const found = []
  let from = -1
  frames.forEach((f, i) => {
    const on = holds(f) && i < frames.length - 1
    if (on) f.active.push(code)
    if (on && from < 0) from = i
    if (!on && from >= 0) {
      if (f.t - frames[from].t >= least) found.push({ code, severity: severities[code], start_s: frames[from].t, end_s: f.t, value: null, limit: null, unit: null, text: texts[code], spoken: found.length < 3 })
      from = -1
    }
  })
  return found
}

function assemble(id, frames, change) {
  const cues = [
    ...findings(frames, 'roller_too_low', (f) => f.zone === 'lumbar' && f.state === 'ok', 0.5),
    ...findings(frames, 'roller_too_high', (f) => f.zone === 'neck' && f.state === 'ok', 0.3),
    ...findings(frames, 'hips_not_lifted', (f) => f.hip_lift_cm < 2.9 && f.state === 'ok', 1),
    ...findings(frames, 'rolling_too_fast', (f) => Math.abs(f.speed_cm_s) > 8 && f.state === 'ok', 0.6),
  ].sort((a, b) => a.start_s - b.start_s)
  const last = frames.at(-1).t
  return {
    opened: {
      session: {
        id, kind: 'upload', state: 'ready', title: 'Tuesday evening', source_name: 'phone.mp4', created: '2026-11-24T18:20:00Z', exercise: 'thoracic-roll', language: 'en',
        duration_s: last, score: 72.4, tags: [], keep: 'video', video: { file: 'video.mp4', type: 'video/mp4', width: 640, height: 360, offset_s: 0 }, error: '', ...change.session,
      },
      result: { cues, passes: 3, reps: 0, holds: [], time_in_zone_s: {}, time_at_level_s: [], ...change.result }, rules, events: [], notes: [], marks: [], cue_texts: texts, ...change.opened,
    },
    track: Buffer.from(makeTrack(frames, { codes })),
    video: change.video ?? null,
  } // prettier-ignore
}

/** A clip of testdata, read from its truth. */
export function clipSession(id, clip, change = {}) {
  return assemble(id, truth(clip).map(frameOf), { video: path.join(clips, `${clip}.mp4`), ...change })
}

/** Ten minutes at 30 frames a second: strokes over the back, slips, holds, gaps. Always the same. */
export function longSession(id, { minutes = 10, video = null, change = {} } = {}) {
  const bodies = truth('correct').map(frameOf)
  let seed = 7
  const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff)
  let [s, way] = [0.8, 1]
  const frames = []
  for (let i = 0; i < minutes * 60 * 30; i++) {
    const t = i / 30
    const fast = t % 97 > 90
    const holding = t % 120 > 95 && t % 120 < 118
    const speed = holding ? 0.2 : fast ? 10 + random() : 3.4 + random()
    s += (way * speed) / 30 / 48
    if (s > (t % 150 > 140 ? 1.1 : 0.99)) way = -1
    if (s < (t % 71 > 60 ? 0.38 : 0.64)) way = 1
    const body = bodies[i % bodies.length]
    const lost = t % 183 > 180
    const unsure = t % 61 > 58
    const f = { ...body, t, s, speed_cm_s: way * speed, hip_lift_cm: t % 88 > 80 ? 1 + random() : 5 + Math.sin(t / 3) + 0.4 * random(), level: levelAt(s), zone: zoneAt(s), state: unsure ? 'unsure' : 'ok', active: [] }
    if (lost) Object.assign(f, { near: undefined, far: undefined, radius: undefined, s: undefined, s_sigma: undefined, speed_cm_s: undefined, level: undefined, zone: undefined, state: 'unseen' })
    frames.push(f)
  }
  const holds = Array.from({ length: Math.floor(minutes / 2) }, (_, i) => ({ start_s: 120 * i + 95, end_s: 120 * i + 118, s: 0.8, level: 'T8' }))
  return assemble(id, frames, { video, result: { holds }, ...change, session: { title: 'Ten minutes', ...(video ? {} : { video: null, keep: 'observations' }), ...change.session } })
}
