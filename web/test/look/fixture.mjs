// A server that is none: answers the page's requests from fixtures, so that every screen can be looked at alone.
// Test-only: nothing of it is in the product.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const web = join(here, '../..')
export const frames = JSON.parse(readFileSync(join(here, '../fixtures/frames.json'), 'utf8'))

/** What there is to do, by language: answers of a server, kept. */
export const catalogues = JSON.parse(readFileSync(join(here, '../fixtures/catalogue.json'), 'utf8'))

export const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; " +
  "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain' }

/** Serves the built page with a content security policy as strict as the server's. */
export async function servePage() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname)
    const name = path === '/' ? '/index.html' : path
    try {
      const body = readFileSync(join(web, 'dist', name))
      response.writeHead(200, { 'Content-Type': kinds[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': policy })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}

/** A picture of a clip as a data: address. */
export function still(clip, seconds) {
  const file = join(web, '../testdata/clips', `${clip}.mp4`)
  const run = spawnSync('ffmpeg', ['-v', 'error', '-ss', String(seconds), '-i', file, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'], { maxBuffer: 1 << 26 })
  if (run.status !== 0) throw new Error(`ffmpeg: ${run.stderr}`)
  return `data:image/png;base64,${run.stdout.toString('base64')}`
}

export const info = {
  version: 'look',
  exercises: [{ id: 'thoracic-roll', version: 1, title: 'Thoracic roll', languages: ['en'] }],
  token_required: false,
  library: true,
  limits: {},
}

export const exercise = {
  id: 'thoracic-roll',
  version: 1,
  title: 'Thoracic roll',
  zones: [
    { zone: 'lumbar', from: null, to: 0.5 },
    { zone: 'lower_thoracic', from: 0.5, to: 0.67 },
    { zone: 'thoracic', from: 0.67, to: 1.03 },
    { zone: 'neck', from: 1.03, to: null },
  ],
  levels: [],
  speed_cm_s: { hint: 5.1, cue: 8, max_shown: 15 },
  hip_lift: { min_l: 0.06 },
  hold: { min_s: 20, max_s: 30 },
  doses: [{ id: 'warm_up', name: 'Before training', min_s: 30, max_s: 60, sets: 1 }],
}

export const opened = {
  id: 'LOOK',
  token: 'look',
  whip: '/api/sessions/LOOK/whip',
  events: '/api/sessions/LOOK/events',
  ice_servers: [],
  exercise,
}

const item = (id, state, text, say = '') => ({ id, state, text, say })
export const setup = {
  good: [
    item('light', 'ok', 'The light is good'),
    item('distance', 'ok', 'The distance is right'),
    item('whole_body', 'ok', 'Your whole body is in view'),
    item('side_on', 'ok', 'The camera is to your side'),
    item('floor', 'ok', 'The floor is in view'),
    item('roller', 'ok', 'The roller is in view'),
  ],
}
setup.noRoller = [...setup.good.slice(0, 5), item('roller', 'bad', 'No roller seen: drag the circle onto it', 'I do not see the roller')]
setup.early = [
  setup.good[0],
  item('distance', 'unknown', 'Distance'),
  item('whole_body', 'bad', 'Move back until head and feet are in view', 'Move back, please'),
  item('side_on', 'unknown', 'Camera to your side'),
  setup.good[4],
  item('roller', 'unknown', 'Roller'),
]

export const cues = {
  lumbar: { id: 3, code: 'roller_too_low', severity: 'safety', text: 'Bring the roller up to your shoulder blades', hint: 'The lower back has no ribs to bear the load, so keep the roller off it.', since_s: 3.9 },
  hips: { id: 4, code: 'hips_not_lifted', severity: 'technique', text: 'Lift your hips a little', hint: 'A few inches off the floor bring your weight onto the roller.', since_s: 3.5 },
  fast: { id: 5, code: 'rolling_too_fast', severity: 'pace', text: 'Slow down', hint: 'One to two inches per second give the muscle time to ease.', since_s: 4.3 },
  unseen: { id: 6, code: 'roller_not_seen', severity: 'setup', text: 'Show the end of the roller to the camera', hint: 'The roller cannot be seen, so nothing can be said about where it is.', since_s: 1 },
}

const levels = [['T12', 3], ['T11', 6], ['T10', 8], ['T9', 11], ['T8', 13], ['T7', 16], ['T6', 14], ['T5', 9], ['T4', 5], ['T3', 2], ['L1', 1]].map(([level, time_s]) => ({ level, time_s }))
/** A block of a plan, as the state tells it. */
export const planNow = (change = {}) => ({
  aim: 'warm_up', index: 1, count: 4, exercise: 'lats', title: 'Lats, lying on your side', side: 'left', state: 'working', remaining_s: 24.3, reps: null, reps_target: null,
  next: { exercise: 'lats', title: 'Lats, lying on your side', side: 'right' }, ...change,
}) // prettier-ignore

let seq = 0
const stamp = () => ({ seq: ++seq, t_s: 1 + seq / 15, capture_ms: Date.now() - 84 })

export function state(change = {}) {
  return {
    type: 'state', ...stamp(), phase: 'checking', phase_reason: null, phase_exercise: 'rolling', plan: null, size: [640, 360], frame: frames.correct[0], setup: setup.good, banner: null,
    notices: [], delays_ms: { network: 4, decode: 1, wait: 3, pose: 21, roller: 2, rules: 0.1 }, rates: { received: 30, analysed: 15 },
    connection: 'good', transport: 'webrtc', levels, ...change,
  } // prettier-ignore
}

export function progress(change = {}) {
  return {
    type: 'progress', ...stamp(), passes: 4, holds: 1, hold_s: 0.4, target_s: 38, dose_share: 1, dose_s: 38, dose_target_s: 30, dose_done: true, reps: 0, reps_target: 0,
    time_in_zone_s: { lumbar: 1, lower_thoracic: 9, thoracic: 78, neck: 0, off: 6 }, levels, ...change,
  } // prettier-ignore
}

const finding = (code, severity, start_s, end_s, text, spoken = true) => ({ code, severity, start_s, end_s, value: null, limit: null, unit: null, text, spoken })
const outcome = {
  exercise_id: 'thoracic-roll', exercise_version: 1, exercise_hash: 'sha256:0', side: '', duration_s: 128, passes: 6, reps: 0, dose: 'warm_up',
  phases: [{ id: 'rolling', time_s: 95, visits: 3 }],
  cues: [
    finding('roller_too_low', 'safety', 12.1, 15.9, 'Bring the roller up to your shoulder blades'),
    finding('hips_not_lifted', 'technique', 31.4, 34, 'Lift your hips a little'),
    finding('rolling_too_fast', 'pace', 58, 63, 'Slow down'),
    finding('jerky', 'pace', 59, 60.2, 'Roll smoothly', false),
    finding('good_form', 'praise', 90, 90, 'Good form, keep going'),
  ],
  holds: [{ start_s: 70, end_s: 94, s: 0.83, level: 'T7' }],
  time_in_zone_s: { lumbar: 3.8, lower_thoracic: 11.5, thoracic: 84, neck: 0, off: 28.7 },
  time_at_level_s: levels, doses: [{ id: 'warm_up', done_s: 95, min_s: 30, max_s: 60, reps: 0, reps_min: 0, reps_max: 0 }],
} // prettier-ignore
export const summary = {
  ...outcome, reason: 'stopped', aim: '', blocks: [{ ...outcome, index: 0, outcome: 'stopped', worked_s: 128, judged: true }],
  frames: { received: 3800, decoded: 3800, analysed: 1900, pushed: 1900, dropped: { slot: 1900 } },
  pain: [{ t_s: 80, value: 3, when: 'during', block: 0 }],
} // prettier-ignore

export const step = (change = {}) => ({
  type: 'step', ...stamp(), kind: 'intro', index: 2, exercise: 'lats', side: 'right', title: 'Lats, lying on your side', say: 'Now the right side', text: 'Now the right side', ...change,
}) // prettier-ignore

export const calibrated = (kind = 'scapula') => ({ type: 'calibrated', ...stamp(), kind, value: 0.03, text: 'Got it', say: 'Got it.' })
export const notReady = () => ({ type: 'error', ...stamp(), code: 'not_ready', message: 'I do not see the roller surely enough. Lie still for two seconds and try again.', fatal: false })

export const summaryNews = (change = {}) => ({ type: 'summary', ...stamp(), summary: { ...summary, ...change } })
