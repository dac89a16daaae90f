// A library that is none, for the screens that show one: sessions as a server lists them, with pictures of the clips.
// It does what the page asks of it for as long as the page is open. Test-only, like fixture.mjs.
import { readFileSync } from 'node:fs'
import { still } from './fixture.mjs'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const idOf = (n) => Array.from({ length: 26 }, (_, i) => letters[(n * 7 + i * 11 + n * i) % 32]).join('')
const ago = (days, hour = 10, minute = 20) => {
  const when = new Date()
  when.setDate(when.getDate() - days)
  when.setHours(hour, minute, 0, 0)
  return when.toISOString()
}
const ahead = (days) => new Date(Date.now() + days * 86_400_000 - 3_600_000).toISOString()
const worst = (code, severity, start_s, seconds) => ({ code, severity, start_s, end_s: start_s + seconds })
const video = { file: 'video.mp4', type: 'video/mp4', width: 1280, height: 720, offset_s: 0 }

const one = (n, title, clip, change = {}) => ({
  id: idOf(n), kind: 'upload', state: 'ready', title, source_name: `IMG_${4100 + n * 7}.MOV`, created: ago(n, 8 + (n % 9), (n * 13) % 60), exercise: 'thoracic-roll', exercise_version: 1,
  hash: 'sha256:0', language: 'en', duration_s: 90 + ((n * 37) % 120), frames: 3200, score: 92.4, worst: null, cues: 2, tags: [], keep: 'video', keep_until: null, video, thumb: true,
  bytes: 24_000_000 + n * 3_100_000, error: '', deleted: null, clip, ...change,
}) // prettier-ignore

const sessions = () => [
  one(1, 'Anna, before training', 'correct', { kind: 'live', state: 'recording', duration_s: null, score: null, thumb: false, video: null }),
  one(2, 'Jonas after his run', 'fast', { state: 'analysing', score: null, cues: 0 }),
  one(3, '', 'hips', { state: 'queued', score: null, thumb: false, duration_s: null }),
  one(4, 'Anna, week 6', 'correct', { score: 96.2, tags: ['Anna', 'week 6'], worst: worst('rolling_too_fast', 'pace', 42.1, 2.2), keep_until: ahead(12) }),
  one(5, 'Marta: lower back again', 'lumbar', { score: 58.3, tags: ['Marta', 'physio'], worst: worst('roller_too_low', 'safety', 12.4, 6.8), kind: 'live' }),
  one(6, 'WhatsApp Video 2026-11-20', 'hips', { state: 'failed', score: null, thumb: false, error: 'Nobody lies in the picture for long enough. Film from the side with the whole body in view, and send the clip again.' }),
  one(7, 'Team warm-up, mat 3', 'hips', { score: 71.9, tags: ['team'], worst: worst('hips_not_lifted', 'technique', 31, 9.5) }),
  one(8, 'Lats, left side: a clip with a name that is rather long because somebody wrote down everything', 'correct', { exercise: 'lats', score: 88, tags: ['Jonas', 'lats', 'left', 'rehabilitation after surgery'], worst: worst('jerky', 'pace', 66, 1.1) }),
  one(9, 'Anna, week 5', 'correct', { score: 91.5, tags: ['Anna', 'week 5'], worst: null, cues: 0 }),
  one(10, 'Too short to judge', 'fast', { score: null, duration_s: 4, kind: 'import', keep: 'observations', video: null }),
]
const deleted = () => [one(11, 'Wrong person', 'fast', { deleted: ago(1), score: 81 }), one(12, 'Test of the camera', 'lumbar', { deleted: ago(6), score: 44, worst: worst('roller_too_low', 'safety', 3, 4) })]

const job = (change) => ({ id: 'JOB', kind: 'analyse', state: 'queued', progress: 0, left_s: null, error: '', options: {}, created: ago(0), ...change })
const points = () => Array.from({ length: 14 }, (_, i) => {
  const better = i / 13
  return {
    id: idOf(40 + i), created: ago(3 * (14 - i), 9 + (i % 4)), score: i === 5 ? null : 55 + 38 * better + 6 * Math.sin(i * 2.3), minutes: 1.5 + 0.8 * Math.sin(i) ** 2,
    time_in_zone_s: { lumbar: 18 * (1 - better) ** 2 + (i % 3), lower_thoracic: 16 - 6 * better, thoracic: 48 + 40 * better + 8 * Math.sin(i * 1.7), neck: i % 5 === 0 ? 3 : 0, off: 12 - 7 * better },
    cues: Math.round(9 - 7 * better + (i % 3)), speed_over_s: 14 * (1 - better) + 2 + (i % 2),
  } // prettier-ignore
})

const stills = new Map()
const picture = (clip) => {
  if (!stills.has(clip)) stills.set(clip, Buffer.from(still(clip, 3).split(',')[1], 'base64'))
  return stills.get(clip)
}

/** Answers a page's requests for a library. How: {empty, full, locked, points}. */
export async function shelve(page, how = {}) {
  let list = how.empty ? [] : [...sessions(), ...deleted()]
  const usage = how.full ? { bytes: 49.1e9, budget: 50e9, free: 200e9 } : { bytes: how.empty ? 0 : 12.4e9, budget: 50e9, free: 200e9 }
  const count = (values) => [...new Set(values)].map((name) => [name, values.filter((v) => v === name).length])
  const listing = (query) => {
    const words = (query.get('q') ?? '').toLowerCase().split(' ').filter(Boolean)
    const found = list.filter(
      (s) => (s.deleted !== null) === (query.get('trash') === '1') && words.every((word) => `${s.title} ${s.tags}`.toLowerCase().includes(word)) && (!query.get('tag') || s.tags.includes(query.get('tag'))),
    )
    const alive = list.filter((s) => !s.deleted)
    return {
      sessions: found, total: how.empty || query.get('trash') || words.length || query.get('tag') ? found.length : 5012, usage, undo_days: 7,
      tags: count(alive.flatMap((s) => s.tags)).map(([tag, n]) => ({ tag, count: n })),
      exercises: count(alive.map((s) => s.exercise)).map(([id, n]) => ({ id, title: id === 'lats' ? 'Lats, lying on your side' : 'Thoracic roll', count: n })),
    } // prettier-ignore
  }
  const jobs = () => {
    const of = (state) => list.find((s) => s.state === state)?.id
    return [job({ id: 'J1', session: of('analysing') ?? '', state: 'running', progress: 0.43, left_s: 38 }), job({ id: 'J2', session: of('queued') ?? '', created: ago(-1) })]
  }
  // A clip gets to 43 % and no further; a second one finds no room.
  const upload = (route, request, method) => {
    const headers = { 'Tus-Resumable': '1.0.0' }
    if (method === 'DELETE') return route.fulfill({ status: 204, headers })
    if (method === 'POST' && request.headers()['upload-length'] === '270000') return route.fulfill({ status: 507, headers, json: { error: { code: 'library_full', message: 'The library is full. Delete something, or ask for more room.' } } })
    if (method === 'POST') return route.fulfill({ status: 201, headers: { ...headers, Location: `/api/library/uploads/${idOf(90)}` } })
    if (method === 'PATCH' && request.headers()['upload-offset'] === '0') return route.fulfill({ status: 204, headers: { ...headers, 'Upload-Offset': '110000' } })
    return new Promise(() => undefined)
  }
  await page.route('**/api/library/**', async (route) => {
    const request = route.request()
    const url = new URL(request.url())
    const [, what = '', id = '', more = ''] = /library\/([a-z]+)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(url.pathname) ?? []
    const session = list.find((s) => s.id === id)
    const method = request.method()
    if (what === 'uploads') return upload(route, request, method)
    if (how.locked) return route.fulfill({ status: 401, json: { error: { code: 'unauthorised', message: 'The access code is missing.' } } })
    if (what === 'jobs') return route.fulfill({ json: { jobs: jobs() } })
    if (what === 'trend') return route.fulfill({ json: { points: how.empty ? [] : points() } })
    if (what !== 'sessions') return route.fulfill({ status: 404, json: {} })
    if (!id) return route.fulfill({ json: listing(url.searchParams) })
    if (more === 'thumb') return route.fulfill({ contentType: 'image/png', body: picture(session.clip) })
    if (more === 'video') return route.fulfill({ contentType: 'video/mp4', body: readFileSync(new URL(`../../../testdata/clips/${session.clip}.mp4`, import.meta.url)) })
    if (more === 'undelete') session.deleted = null
    else if (method === 'PATCH') Object.assign(session, request.postDataJSON())
    else if (method === 'DELETE' && url.searchParams.has('now')) list = list.filter((s) => s !== session)
    else if (method === 'DELETE') session.deleted = new Date().toISOString()
    return route.fulfill({ json: method === 'DELETE' ? { undo_until: ahead(7) } : session })
  })
}
