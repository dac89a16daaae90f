// Exports with everything real: the review's menu offers them, a browser takes them, and plays the film that the queue has
// made. That the film is exact is seen in its pixels: each picture of the counter clip carries its own number.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { browse } from './camera.mjs'
import { counterClip, serveLibrary } from './library.mjs'
import { root } from './server.mjs'

const folder = path.join(root, 'build/e2e/exports')
mkdirSync(folder, { recursive: true })
const title = 'Übung: 滚/1'

let server, browser, page, complaints
before(async () => {
  server = await serveLibrary([
    { title, file: path.join(root, 'testdata/clips/lumbar.mp4') },
    { title: 'counter', file: counterClip('vfr') },
  ])
  ;({ browser, page, complaints } = await browse(null))
})
after(async () => {
  await browser?.close()
  assert.equal(await server?.stop(), 0, `the server's end:\n${server?.log()}`)
})

test('the menu of the review gives every file', { timeout: 120_000 }, async () => {
  await page.goto(`${server.url}#/session/${server.ids[title]}`)
  await page.locator('[data-review]').waitFor({ timeout: 20_000 })
  await page.locator('details.export summary').click()
  const begins = { pdf: '%PDF-', csv: 't_s,phase', json: '{"format":"rollwell-session"', trc: 'PathFileType', mot: 'Übung', png: '\x89PNG' }
  for (const [format, begin] of Object.entries(begins)) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-export=${format}]`).click()])
    assert.match(download.suggestedFilename(), new RegExp(`^Übung. 滚.1 \\d{4}-\\d\\d-\\d\\d\\.${format}$`))
    const file = path.join(folder, `lumbar.${format}`)
    await download.saveAs(file)
    const bytes = readFileSync(file)
    assert.ok(bytes.length > 2000, `${format} has ${bytes.length} bytes`)
    assert.equal(bytes.subarray(0, Buffer.byteLength(begin, format === 'png' ? 'latin1' : 'utf8')).toString(format === 'png' ? 'latin1' : 'utf8'), begin)
  }
  const text = execFileSync('pdftotext', [path.join(folder, 'lumbar.pdf'), '-']).toString()
  assert.match(text, /not a medical device/)
  assert.ok(text.includes('滚'), 'the title stands in the report')
})

/** Asks for a film and waits until it is made. */
async function film(id) {
  const made = await fetch(new URL(`/api/library/sessions/${id}/film`, server.url), { method: 'POST', body: '{"language":"de"}', headers: { 'Content-Type': 'application/json' } })
  assert.equal(made.status, 202)
  const { id: job } = await made.json()
  for (;;) {
    const { jobs } = await server.get('/api/library/jobs')
    const now = jobs.find((j) => j.id === job)
    if (now.state === 'done') return `/api/library/sessions/${id}/export/mp4?language=de`
    assert.ok(['queued', 'running'].includes(now.state), `the film's job: ${now.state} ${now.error}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test('a browser plays the film, every picture at its time', { timeout: 120_000 }, async () => {
  const id = server.ids.counter
  const times = await server.times(id)
  assert.equal(times.length, 150)
  const src = await film(id)
  await page.goto('about:blank')
  await page.goto(server.url)
  const { seen, duration, width } = await page.evaluate(async (src) => {
    const video = document.createElement('video')
    video.muted = true
    video.src = src
    document.body.append(video)
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve
      video.onerror = () => reject(new Error(video.error.message))
    })
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    const g = canvas.getContext('2d', { willReadFrequently: true })
    // The clip lies 12 pixels from the film's edges and is half as large again: its fields are 60 pixels wide and high. The
    // chip covers some of them down to their pixel 48.
    const number = () => {
      g.drawImage(video, 0, 0)
      const row = g.getImageData(12, 12 + 55, 960, 1).data
      let n = 0
      for (let bit = 0; bit < 16; bit++) if (row[4 * (60 * bit + 30) + 1] > 127) n |= 1 << bit
      return n
    }
    const seen = []
    const look = (_now, { mediaTime }) => {
      seen.push({ t: mediaTime, number: number() })
      video.requestVideoFrameCallback(look)
    }
    video.requestVideoFrameCallback(look)
    video.playbackRate = 0.5
    await video.play()
    await new Promise((resolve) => (video.onended = resolve))
    for (const t of [3.3, 0.7, 4.9, 2.001]) {
      video.currentTime = t
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    }
    return { seen, duration: video.duration, width: video.videoWidth }
  }, src)
  assert.ok(width > 960 && Math.abs(duration - times.at(-1)) < 0.2, `${width} pixels wide, ${duration} s long`)
  assert.ok(new Set(seen.map((s) => s.number)).size > 100, `${seen.length} pictures were shown`)
  for (const s of seen) assert.ok(Math.abs(times[s.number] - s.t) < 1e-3, `at ${s.t} s picture ${s.number} is shown, whose time is ${times[s.number]}`)
  assert.deepEqual(complaints, [])
})
