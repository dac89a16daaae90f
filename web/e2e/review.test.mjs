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
  window.__shown = () => document.querySelector('canvas.picture')
  window.__number = () => {
    const shown = window.__shown()
    g.drawImage(shown, 0, 0, shown.videoWidth ?? shown.width, (shown.videoHeight ?? shown.height) / 9, 0, 0, 640, 40)
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
    return { number: window.__number(), painted: Number(document.querySelector('canvas[data-t]').dataset.t), index: Number(stage.dataset.index), seeking: document.querySelector('video').seeking || stage.dataset.busy === 'true' }
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
      assert.ok(new Set(seen.map((s) => s.number)).size > 1, 'it plays')
      for (const s of seen) agree(s, times, `playing at ${rate}×, ${s.mediaTime} s`)
    }
    assert.deepEqual(complaints, [])
  })
}

// Browsers that cannot take a picture with its own time, as at an address without TLS: what stands still agrees there, too.
test('without VideoFrame the video itself is shown, and steps and seeks agree', { timeout: 120_000 }, async () => {
  const times = await server.times(server.ids['29.97'])
  const other = await page.context().newPage()
  await other.addInitScript(() => delete window.VideoFrame)
  const mine = page
  page = other
  try {
    await open('29.97')
    await page.evaluate(readers)
    await page.evaluate(() => (window.__shown = () => document.querySelector('video')))
    assert.equal(await page.locator('canvas.picture').isVisible(), false)
    for (let i = 0; i < 12; i++) {
      agree(await settled(), times, `${i} frames on`)
      await page.keyboard.press('ArrowRight')
    }
    for (const key of ['Shift+ArrowRight', 'Shift+ArrowRight', 'End', 'ArrowLeft', 'Home']) {
      await page.keyboard.press(key)
      agree(await settled(), times, key)
    }
  } finally {
    page = mine
    await other.close()
  }
})

/** Waits until the server has everything. */
const saved = () => until('everything is saved', async () => (await page.locator('[data-review]').getAttribute('data-unsaved')) === '0', 15_000)
const stage = async () => {
  const box = await page.locator('.stage').boundingBox()
  return (x, y) => [box.x + (x / 640) * box.width, box.y + (y / 360) * box.height]
}
async function drag(from, to) {
  await page.mouse.move(...from)
  await page.mouse.down()
  await page.mouse.move(...to, { steps: 4 })
  await page.mouse.up()
}
const detail = (title) => server.get(`/api/library/sessions/${server.ids[title]}`)

test('what is drawn, noted and marked is there after a reload, at its time', { timeout: 120_000 }, async () => {
  const times = await server.times(server.ids.lumbar)
  await open('lumbar', '?t=2')
  const at = await stage()
  await page.locator('[data-tool=line]').click()
  await drag(at(200, 100), at(330, 100))
  await page.locator('[data-tool=angle]').click()
  await drag(at(100, 300), at(100, 200))
  await page.mouse.move(...at(200, 200))
  await page.mouse.down()
  await page.mouse.up()
  await page.locator('[data-tool=text]').click()
  await page.mouse.click(...at(40, 40))
  await page.keyboard.type('n5d: keys stay keys?') // letters that would do something anywhere else
  await page.keyboard.press('Enter')
  await saved()
  const labels = await page.locator('[data-measured]').evaluateAll((list) => list.map((e) => e.getAttribute('data-measured')))
  assert.deepEqual(labels.filter((l) => l.endsWith('°')), ['90°'])
  assert.equal(labels.length, 2, `measured: ${labels}`)
  await page.screenshot({ path: path.join(pictures, 'review-drawn.png') })

  let { notes } = await detail('lumbar')
  assert.deepEqual(notes.map((n) => n.shapes.map((s) => s.type)), [['line', 'angle', 'text']])
  const [{ t }] = notes
  assert.ok(times.includes(t), 'a note is pinned to a frame')

  // A shape is taken, moved, and put back; another is deleted for good.
  await page.locator('[data-tool=pick]').click()
  await drag(at(265, 100), at(265, 140))
  await saved()
  const y = async () => (await detail('lumbar')).notes[0].shapes[0].points[0][1]
  assert.ok(Math.abs((await y()) - 140) < 3, `moved to ${await y()}`)
  await page.keyboard.press('Control+z')
  await saved()
  assert.ok(Math.abs((await y()) - 100) < 3, `undone to ${await y()}`)
  await page.keyboard.press('Control+y')
  await page.keyboard.press('Control+z')
  await page.mouse.click(...at(100, 250))
  await page.keyboard.press('Delete')
  await saved()
  ;({ notes } = await detail('lumbar'))
  assert.deepEqual(notes[0].shapes.map((s) => s.type), ['line', 'text'])
  await page.keyboard.press('Escape')

  // Words to the same moment, and a word on a cue: it should not have come.
  await page.keyboard.press('n')
  await page.keyboard.type('Stop at the ribs')
  await page.keyboard.press('Escape')
  await page.keyboard.press('c')
  const { result } = await detail('lumbar')
  const cue = result.cues.findIndex((c) => c.code === 'roller_too_low')
  await page.locator('#tab-cues').click()
  await page.locator(`[data-cue="${cue}"]`).getByRole('button', { name: 'False?' }).click()
  // One that was missed, over the part that is repeated.
  await page.keyboard.press('[')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press(']')
  await page.keyboard.press('m')
  await page.getByRole('combobox', { name: 'Which one?' }).selectOption('hips_not_lifted')
  await page.getByRole('dialog').getByRole('button', { name: 'Add a missed one' }).click()
  await saved()
  let { marks } = await detail('lumbar')
  assert.deepEqual(marks.map((m) => [m.kind, m.code, m.cue]).sort(), [['false', 'roller_too_low', cue], ['missed', 'hips_not_lifted', null]])
  const missed = marks.find((m) => m.kind === 'missed')
  assert.ok(Math.abs(missed.end_s - missed.start_s - 1) < 0.1, `from ${missed.start_s} to ${missed.end_s}`)

  await open('lumbar', `?t=${t}`)
  assert.equal(await page.locator('[data-shape]').count(), 2, 'shown again at its time')
  assert.equal(await page.locator('[data-false="1"][data-missed="1"]').count(), 1, 'counted')
  await page.screenshot({ path: path.join(pictures, 'review-again.png') })
  await page.keyboard.press('ArrowRight')
  await page.locator('[data-shape]').first().waitFor({ state: 'detached' })
  await page.locator('#tab-notes').click()
  assert.equal(await page.getByRole('textbox').inputValue(), 'Stop at the ribs')
  await page.locator('[data-note] button').first().click()
  await page.locator('[data-shape]').first().waitFor({ state: 'attached' })

  // Marks can be taken back.
  await page.locator('#tab-cues').click()
  await page.locator('[data-missed-code]').getByRole('button', { name: 'Remove' }).click()
  await page.locator(`[data-cue="${cue}"]`).getByRole('button', { name: 'Marked as false' }).click()
  await saved()
  ;({ marks } = await detail('lumbar'))
  assert.deepEqual(marks, [])
  await page.locator('[data-false="0"][data-missed="0"]').waitFor()
  assert.deepEqual(complaints, [])
})

test('everything can be done with the keys', { timeout: 120_000 }, async () => {
  await open('lumbar', '?t=1')
  const now = async () => Number(await page.locator('.stage').getAttribute('data-at'))
  const going = () => page.locator('.stage').getAttribute('data-going')
  const settle = () => page.waitForTimeout(150)
  await page.keyboard.press('Home')
  await settle()
  assert.equal(await now(), 0)
  await page.keyboard.press('Shift+ArrowRight')
  await settle()
  assert.ok(Math.abs((await now()) - 1) < 0.05)
  await page.keyboard.press('End')
  await settle()
  const end = await now()
  assert.ok(end > 7, `ends at ${end}`)
  await page.keyboard.press('j')
  assert.equal(await going(), 'back')
  await until('it plays backwards', async () => (await now()) < end - 0.3, 15_000)
  await page.keyboard.press('k')
  assert.equal(await going(), 'no')
  await page.keyboard.press('Home')
  await page.keyboard.press('Space')
  assert.equal(await going(), 'on')
  await until('it plays', async () => (await now()) > 0.3, 15_000)
  await page.keyboard.press('Space')
  assert.equal(await going(), 'no')

  const rate = () => page.getByRole('combobox', { name: 'Playing speed' }).inputValue()
  await page.keyboard.press('-')
  assert.equal(await rate(), '0.75')
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  assert.equal(await rate(), '1.5')

  // A part is repeated: the time stays within it.
  await page.keyboard.press('Home')
  await page.keyboard.press('[')
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight')
  await settle()
  const to = await now()
  await page.keyboard.press(']')
  await page.keyboard.press('l')
  let [turns, last] = [0, 0]
  await until('it turns round twice', async () => {
    const t = await now()
    if (t < last) turns++
    last = t
    return turns >= 2
  }, 30_000)
  assert.ok(last < to + 0.1, `turned to ${last}, within ${to}`)
  await page.keyboard.press('\\')
  await page.keyboard.press('k')

  for (const [key, layer] of [['1', 'skeleton'], ['2', 'spine'], ['3', 'roller'], ['4', 'level'], ['5', 'drawing']]) {
    await page.keyboard.press(key)
    assert.equal(await page.locator(`[data-layer=${layer}]`).getAttribute('aria-pressed'), 'false', layer)
  }
  await page.keyboard.press('Home')
  await page.keyboard.press('c')
  await settle()
  const { result } = await detail('lumbar')
  const first = Math.min(...result.cues.filter((c) => c.severity !== 'praise').map((c) => c.start_s))
  assert.ok(Math.abs((await now()) - first) < 0.05, 'on the next correction')
  await page.keyboard.press('x')
  await page.locator('[data-false="1"]').waitFor()
  await page.keyboard.press('Control+z')
  await page.locator('[data-false="0"]').waitFor()
  await saved()
  await page.keyboard.press('d')
  assert.equal(await page.locator('[data-drawing]').getAttribute('data-drawing'), 'line', 'who draws wants to see it')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Next correction').waitFor()
  await page.keyboard.press('Space')
  assert.equal(await going(), 'no', 'nothing plays behind the sheet')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
})

test('a click on the timeline and on a correction leads there; the view is zoomed and moved', { timeout: 60_000 }, async () => {
  await open('lumbar', '?t=1')
  await page.evaluate(readers)
  const { result } = await detail('lumbar')
  const cue = result.cues.findIndex((c) => c.severity !== 'praise')
  await page.locator(`[data-cue="${cue}"] .jump`).click()
  await until('it is there', async () => Math.abs(Number(await page.locator('.stage').getAttribute('data-at')) - result.cues[cue].start_s) < 0.05, 5000)
  const view = async () => (await page.locator('[data-view]').getAttribute('data-view')).split(',').map(Number)
  const [from, to] = await view()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  const [from2, to2] = await view()
  assert.ok(Math.abs(to2 - from2 - (to - from) / 4) < 0.02, `${from2} to ${to2}`)
  await page.locator('[role=slider]').hover()
  await page.mouse.wheel(200, 0)
  assert.notDeepEqual(await view(), [from2, to2])
  await settled()
  assert.ok(Math.abs(Number(await page.locator('.stage').getAttribute('data-at')) - result.cues[cue].start_s) < 0.05, 'the cursor stays where it was')
  await page.keyboard.press('w')
  assert.deepEqual(await view(), [from, to])
  // With Shift a part is chosen.
  const box = await page.locator('.bands canvas').boundingBox()
  await page.keyboard.down('Shift')
  await drag([box.x + box.width / 4, box.y + 30], [box.x + box.width / 2, box.y + 30])
  await page.keyboard.up('Shift')
  const [left, right] = (await page.locator('[data-loop]').getAttribute('data-loop')).split(',').map(Number)
  assert.ok(Math.abs(left - from - (to - from) / 4) < 0.1 && Math.abs(right - from - (to - from) / 2) < 0.1, `${left} to ${right}`)
  assert.deepEqual(complaints, [])
})

test('everything can be taken along, the film too', { timeout: 120_000 }, async () => {
  await open('correct')
  await page.locator('.export summary').click()
  await page.getByRole('combobox', { name: 'Language of the report' }).selectOption('de')
  const links = await page.locator('[data-export]').evaluateAll((list) => list.map((a) => [a.dataset.export, a.getAttribute('href')]))
  assert.deepEqual(links.map(([format]) => format).sort(), ['csv', 'json', 'mot', 'pdf', 'png', 'trc'])
  for (const [format, href] of links) {
    const answer = await fetch(new URL(href, server.url))
    assert.equal(answer.status, 200, `${format}: ${href}`)
    assert.ok((await answer.arrayBuffer()).byteLength > 500, format)
  }
  await page.getByRole('button', { name: /Make the film/ }).click()
  const film = page.locator('[data-export=mp4]')
  await film.waitFor({ timeout: 90_000 })
  const answer = await fetch(new URL(await film.getAttribute('href'), server.url))
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4'])
  await answer.arrayBuffer()
  assert.deepEqual(complaints, [])
})

test('two sessions go side by side', { timeout: 60_000 }, async () => {
  await page.goto('about:blank')
  await page.goto(`${server.url}#/compare/${server.ids.lumbar}/${server.ids.correct}`)
  const pair = page.locator('.compare')
  await pair.waitFor({ timeout: 20_000 })
  await page.waitForFunction(() => [...document.querySelectorAll('video')].filter((v) => v.readyState >= 2).length === 2)
  const read = async (name) => Number(await pair.getAttribute(`data-${name}`))
  const apart = async () => Math.abs((await read('at-b')) - (await read('goal-b')))
  await page.locator('label', { hasText: 'time' }).click()
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'B later' }).click()
  await page.keyboard.press('Shift+ArrowRight')
  await until('both are there', async () => (await apart()) < 0.04 && Math.abs((await read('at-a')) - 1) < 0.05, 5000)
  assert.ok(Math.abs((await read('goal-b')) - 1.3) < 0.05, 'moved by 0.3 s')
  await page.keyboard.press('l')
  await until('both play', async () => (await read('at-a')) > 2 && (await apart()) < 0.25, 15_000)
  await page.screenshot({ path: path.join(pictures, 'compare.png') })
  await page.keyboard.press('k')
  await until('both stand at the same place', async () => (await apart()) < 0.04, 5000)
  assert.deepEqual(complaints, [])
})
