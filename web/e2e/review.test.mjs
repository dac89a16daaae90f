// The review with everything real: clips go into a library, the server shows them, a browser plays them. That overlay and
// video agree is seen in the pixels: each picture of a counter clip carries its own number.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { browse } from './camera.mjs'
import { counterClip, serveLibrary } from './library.mjs'
import { root } from './server.mjs'
import { until } from './walk.mjs'

const pictures = path.join(root, 'build/e2e/screens')
mkdirSync(pictures, { recursive: true })
const kinds = ['25', '29.97', 'vfr', 'bframes', 'late', 'webm-vfr']

let server, browser, page, complaints
before(async () => {
  server = await serveLibrary([...kinds.map((kind) => ({ title: kind, file: counterClip(kind) })), ...['lumbar', 'correct'].map((name) => ({ title: name, file: path.join(root, 'testdata/clips', `${name}.mp4`) }))])
  ;({ browser, page, complaints } = await browse(null))
})
after(async () => {
  await browser?.close()
  assert.equal(await server?.stop(), 0, `the server's end:\n${server?.log()}`)
})

/** Opens a session and waits for its first picture. */
async function open(title, hash = '') {
  await page.goto('about:blank')
  await page.goto(`${server.url}#/session/${server.ids[title]}${hash}`)
  await page.locator('[data-review]').waitFor({ timeout: 20_000 })
  await page.waitForFunction(() => document.querySelector('video')?.readyState >= 2 && document.querySelector('canvas[data-t]')?.dataset.t)
}

// Runs in the page: reads the number in the picture that is shown.
function readers() {
  const canvas = document.createElement('canvas')
  canvas.width = 640
  canvas.height = 40
  const g = canvas.getContext('2d', { willReadFrequently: true })
  window.__number = () => {
    const shown = document.querySelector('canvas.picture')
    g.drawImage(shown, 0, 0, shown.width, shown.height / 9, 0, 0, 640, 40)
    const row = g.getImageData(0, 20, 640, 1).data
    let n = 0
    for (let bit = 0; bit < 16; bit++) {
      const light = row[4 * (40 * bit + 20) + 1]
      if (light > 85 && light < 170) return -1 // neither black nor white
      if (light >= 170) n |= 1 << bit
    }
    return n
  }
  // What has been painted over the picture, and how the page stands.
  window.__now = () => {
    const stage = document.querySelector('.stage')
    return { number: window.__number(), painted: Number(document.querySelector('canvas[data-t]').dataset.t), index: Number(stage.dataset.index), seeking: document.querySelector('video').seeking }
  }
}

/** Waits until nothing changes any more, and tells what is seen then. */
async function settled() {
  return await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    let last = ''
    for (let same = 0; same < 4; ) {
      await frame()
      const now = window.__now()
      const text = JSON.stringify(now)
      same = !now.seeking && text === last ? same + 1 : 0
      last = text
    }
    return window.__now()
  })
}

const nearest = (times, t) => times.reduce((best, time, i) => (Math.abs(time - t) < Math.abs(times[best] - t) ? i : best), 0)

/** The picture's number, the frame that was painted and the one that the page says are the same. */
function agree(seen, times, what) {
  const painted = nearest(times, seen.painted)
  assert.ok(Math.abs(times[painted] - seen.painted) < 1e-9, `${what}: painted at ${seen.painted}, which is no frame's time`)
  assert.deepEqual({ picture: seen.number, painted, says: seen.index }, { picture: seen.number, painted: seen.number, says: seen.number }, what)
}

for (const kind of kinds) {
  test(`overlay and video agree to the frame: ${kind}`, { timeout: 180_000 }, async () => {
    const times = await server.times(server.ids[kind])
    assert.equal(times.length, 150, 'every picture was analysed')
    await open(kind)
    await page.evaluate(readers)

    agree(await settled(), times, 'at the beginning')
    for (let i = 1; i <= 30; i++) {
      await page.keyboard.press('ArrowRight')
      const seen = await settled()
      agree(seen, times, `${i} frames on`)
      assert.equal(seen.number, i, 'each step is one frame')
    }
    for (let i = 29; i >= 18; i--) {
      await page.keyboard.press('ArrowLeft')
      const seen = await settled()
      agree(seen, times, `back to ${i}`)
      assert.equal(seen.number, i)
    }

    // Random places of the timeline, always the same ones.
    const box = await page.locator('[role=slider]').boundingBox()
    let seed = 1
    const reached = new Set()
    for (let i = 0; i < 40; i++) {
      seed = (seed * 16807) % 2147483647
      await page.mouse.click(box.x + 90 + (seed / 2147483647) * (box.width - 96), box.y + box.height / 2)
      const seen = await settled()
      agree(seen, times, `seek ${i}`)
      reached.add(seen.number)
    }
    assert.ok(reached.size > 25, `seeks reached ${reached.size} frames`)

    // While it plays: each picture that the browser presents, with what was painted in the same turn.
    for (const rate of ['1', '0.25', '2']) {
      await page.keyboard.press('Home')
      await settled()
      await page.getByRole('combobox', { name: 'Playing speed' }).selectOption(rate)
      const seen = await page.evaluate(
        (ms) =>
          new Promise((resolve) => {
            const video = document.querySelector('video')
            const list = []
            const look = (_now, { mediaTime }) => {
              requestAnimationFrame(() => list.push({ mediaTime, ...window.__now() }))
              video.requestVideoFrameCallback(look)
            }
            video.requestVideoFrameCallback(look)
            document.querySelector('[data-play]').click()
            setTimeout(() => (document.querySelector('[data-play]').click(), resolve(list)), ms)
          }),
        2500,
      )
      assert.ok(new Set(seen.map((s) => s.number)).size > 5, 'it plays')
      for (const s of seen) agree(s, times, `playing at ${rate}×, ${s.mediaTime} s`)
    }
    assert.deepEqual(complaints, [])
  })
}
