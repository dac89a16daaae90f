// A check that is kept with its video: it is recorded, closed, found in the library, and played.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { browse } from './camera.mjs'
import { root, serve } from './server.mjs'
import { start, toIntro, toSetup } from './walk.mjs'

const pictures = path.join(root, 'build/e2e/screens')
mkdirSync(pictures, { recursive: true })

let server
before(async () => (server = await serve()))
after(async () => assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`))

const get = async (at) => (await fetch(new URL(at, server.url))).json()

/** From the welcome to the running check, with something kept of it. */
async function check(page, keep) {
  await toIntro(page, server.url)
  await page.locator(`[data-keep] input[value=${keep}]`).check()
  await page.getByRole('button', { name: 'On to the camera' }).click()
  await page.locator('[data-screen=camera] video').waitFor()
  await toSetup(page)
  await start(page)
}

async function end(page) {
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await page.getByRole('button', { name: 'End the check' }).click()
  await page.locator('[data-screen=summary]').waitFor({ timeout: 15_000 })
}

test('a check with its video', { timeout: 120_000 }, async () => {
  const { browser, page, complaints } = await browse('correct')
  try {
    await check(page, 'video')
    await page.locator('[data-recording=on]').waitFor()
    await page.waitForTimeout(7000)
    await page.screenshot({ path: path.join(pictures, 'keep-live.png') })
    await end(page)
    const link = page.locator('[data-review]')
    await link.waitFor({ timeout: 20_000 })
    await page.screenshot({ path: path.join(pictures, 'keep-summary.png') })
    const id = await link.getAttribute('data-review')
    const { session } = await get(`/api/library/sessions/${id}`)
    assert.equal(session.state, 'ready')
    assert.equal(session.keep, 'video')
    assert.ok(session.keep_until && session.thumb && session.frames > 50, JSON.stringify(session))
    assert.ok(session.video?.width > 0 && session.video.offset_s === 0, JSON.stringify(session.video))

    // One can jump about in it: there is a key picture every few seconds.
    const file = path.join(pictures, 'keep-video')
    writeFileSync(file, Buffer.from(await (await fetch(new URL(`/api/library/sessions/${id}/video`, server.url))).arrayBuffer()))
    const packets = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', file]).toString()
    const keys = packets.split('\n').filter((l) => l.includes('K')).map(parseFloat)
    assert.ok(keys.length >= 3 && keys.every((k, i) => i === 0 || k - keys[i - 1] < 5), `key pictures at ${keys} of ${session.duration_s} s`)

    await link.click()
    const video = page.locator('video').first()
    await video.waitFor({ timeout: 20_000 })
    // It plays, and shows the pictures of where it is sent.
    const played = await video.evaluate(async (v) => {
      if (v.readyState < 2) await new Promise((ok, no) => ((v.onloadeddata = ok), (v.onerror = () => no(new Error(v.error?.message)))))
      v.muted = true
      await v.play()
      const from = v.currentTime
      await new Promise((ok) => setTimeout(ok, 1500))
      v.pause()
      const to = v.duration / 2
      const shown = new Promise((ok) => {
        let at = null
        const look = (_, m) => ((at = m.mediaTime), Math.abs(at - to) < 0.2 ? ok(at) : v.requestVideoFrameCallback(look)) // one of before may still come
        v.requestVideoFrameCallback(look)
        setTimeout(() => ok(at), 10_000)
      })
      v.currentTime = to
      const at = await shown
      return { on: v.currentTime !== from, at, to, duration: v.duration, size: [v.videoWidth, v.videoHeight] }
    })
    assert.ok(played.on && played.at !== null && Math.abs(played.at - played.to) < 0.2, JSON.stringify(played))
    assert.ok(Math.abs(played.duration - session.duration_s) < 1 && played.duration > 7, `${JSON.stringify(played)} of ${session.duration_s} s`)
    assert.deepEqual(played.size, [session.video.width, session.video.height])
    await page.screenshot({ path: path.join(pictures, 'keep-review.png') })
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
  }
})

test('a check of which nothing is kept', { timeout: 90_000 }, async () => {
  const before = (await get('/api/library/sessions')).total
  const { browser, page, complaints } = await browse('correct')
  try {
    await check(page, 'nothing')
    assert.equal(await page.locator('[data-recording]').count(), 0)
    await page.waitForTimeout(1500)
    await end(page)
    assert.equal(await page.locator('[data-review]').count(), 0)
    assert.equal((await get('/api/library/sessions')).total, before)
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
  }
})
