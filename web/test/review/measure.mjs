// Measures the review of a ten-minute session in a real browser: how long it takes to open, and how often a second the
// page is brought up to date while the timeline is dragged. The server is the real one; the files of a session in its
// library are replaced by made-up ones of ten minutes (18,000 frames).
//   make build && node web/test/review/measure.mjs [--minutes 10]
// CHROMIUM names the browser; without it the system's chromium is taken.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { serveLibrary } from '../../e2e/library.mjs'
import { longSession } from './sessions.mjs'

const { values: args } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(args.minutes)

/** A video of so many minutes with a key picture every three seconds, as recordings have; made once. */
function film() {
  const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../build/e2e')
  const file = path.join(folder, `film-${minutes}.mp4`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const clip = path.join(folder, '../../testdata/clips/correct.mp4')
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-stream_loop', '-1', '-i', clip, '-vf', 'fps=30', '-frames:v', String(minutes * 1800), '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '90', '-movflags', '+faststart', `${file}.part.mp4`])
  renameSync(`${file}.part.mp4`, file)
  return file
}

const clip = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../testdata/clips/correct.mp4')
const server = await serveLibrary(['video', 'bare'].map((title) => ({ title, file: clip })))
const { ids } = server
const made = longSession('', { minutes })
for (const id of Object.values(ids)) {
  const at = (name) => path.join(server.data, 'sessions', id, name)
  writeFileSync(at('track.bin'), made.track)
  const { cues, holds } = made.opened.result
  writeFileSync(at('session.json'), JSON.stringify({ ...JSON.parse(readFileSync(at('session.json'), 'utf8')), cues, holds }))
}
copyFileSync(film(), path.join(server.data, 'sessions', ids.video, 'video.mp4'))
await fetch(new URL(`/api/library/sessions/${ids.bare}`, server.url), { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ keep: 'observations' }) })
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

try {
  for (const [kind, id] of Object.entries(ids)) {
    const times = []
    let page
    for (let run = 0; run < 5; run++) {
      await page?.context().close()
      page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
      await page.goto(`${server.url}#/library`).catch(() => undefined)
      await page.waitForTimeout(300)
      // From the click on a session until picture, overlay, bands and plots are painted.
      times.push(
        await page.evaluate(async (to) => {
          const began = performance.now()
          location.hash = to
          const there = () => {
            const [overlay, video] = [document.querySelector('canvas.overlay[data-t]'), document.querySelector('video')]
            return overlay?.dataset.t && document.querySelectorAll('.plot canvas').length === 3 && (!video || !document.querySelector('canvas.picture').hidden)
          }
          while (!there()) await new Promise((resolve) => requestAnimationFrame(resolve))
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
          return performance.now() - began
        }, `#/session/${id}`),
      )
    }
    console.log(`open, ${kind}: median ${median(times).toFixed(0)} ms of ${times.map((t) => t.toFixed(0)).join(', ')} ms (${minutes} minutes, ${minutes * 1800} frames)`)

    // The pointer goes over the timeline for some seconds, as often as a mouse tells of itself.
    for (const [what, from, to] of [['over all of it', 0.02, 0.98], ['over 20 s of it', 0.5, 0.5 + 20 / (minutes * 60)]]) {
      const seen = await page.evaluate(scrub, [from, to])
      console.log(`scrub ${what}, ${kind}: cursor ${seen.cursor.toFixed(0)}/s, overlay ${seen.overlay.toFixed(0)}/s, page ${seen.frames.toFixed(0)} frames/s${kind === 'video' ? `, new pictures of the video ${seen.pictures.toFixed(0)}/s` : ''}`)
    }
    await page.context().close()
  }
} finally {
  await browser.close().catch(() => undefined)
  await server.stop()
}

// Runs in the page: drags over the timeline, and counts how often what is seen changes.
async function scrub([from, to]) {
  const slider = document.querySelector('[role=slider]')
  const box = document.querySelector('.bands canvas').getBoundingClientRect()
  const at = (k) => ({ pointerId: 1, isPrimary: true, button: 0, bubbles: true, pointerType: 'mouse', clientX: box.left + box.width * k, clientY: box.top + 40 })
  slider.setPointerCapture = () => undefined // there is no real pointer
  slider.dispatchEvent(new PointerEvent('pointerdown', at(from)))
  const counts = { cursor: 0, overlay: 0, pictures: 0, frames: 0 }
  const last = {}
  let on = true
  const video = document.querySelector('video')
  const picture = () => (counts.pictures++, on && video.requestVideoFrameCallback(picture))
  video?.requestVideoFrameCallback(picture)
  const look = () => {
    const now = { cursor: document.querySelector('.cursor')?.style.transform, overlay: document.querySelector('canvas.overlay').dataset.t }
    for (const key of ['cursor', 'overlay']) if (now[key] !== last[key]) counts[key]++
    Object.assign(last, now)
    counts.frames++
    if (on) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  const began = performance.now()
  const ms = 8000
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const k = (performance.now() - began) / ms
      if (k >= 1) return clearInterval(timer), resolve()
      slider.dispatchEvent(new PointerEvent('pointermove', at(from + (to - from) * k)))
    }, 8)
  })
  on = false
  slider.dispatchEvent(new PointerEvent('pointerup', at(to)))
  return Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, (1000 * n) / (performance.now() - began)]))
}
