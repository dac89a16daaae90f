// The library with everything real: the program, Chromium, clips that are sent, analysed and looked for.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { browse, rollerOf } from './camera.mjs'
import { root, serve } from './server.mjs'
import { drawRing, until } from './walk.mjs'

const pictures = path.join(root, 'build/e2e/screens')
const folder = mkdtempSync(path.join(tmpdir(), 'rollwell-clips-'))
const lite = ['--model', 'lite']
before(() => mkdirSync(pictures, { recursive: true }))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A clip of testdata under another name. Its end may be a box of so many bytes that players pass over. */
function clip(name, as, fill = 0) {
  const file = path.join(folder, as)
  copyFileSync(path.join(root, 'testdata/clips', `${name}.mp4`), file)
  if (fill > 0) {
    const box = Buffer.alloc(fill)
    box.writeUInt32BE(fill, 0)
    box.write('free', 4, 'latin1')
    appendFileSync(file, box)
  }
  return file
}

/** Lets the page send so many bytes a second; 0: as fast as it goes. */
async function line(page, bytesPerS) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerS || -1 })
}

const row = (page, title) => page.locator('[data-session]', { has: page.locator('h2', { hasText: title }) })
const titles = (page) => page.locator('[data-session] h2').allTextContents()
const open = async (page, url, address = '#/library') => {
  await page.goto(new URL(address, url).href)
  await page.locator('.sessions, .empty, .nothing').first().waitFor()
}
const take = (page, ...files) => page.locator('input[type=file]').setInputFiles(files)
const send = async (page, ...files) => {
  await take(page, ...files)
  const go = page.locator('dialog .primary')
  await until('the files are looked at', () => go.isEnabled(), 10_000)
  await go.click()
}
const api = async (server, where) => (await fetch(new URL(`/api/library/${where}`, server.url))).json()
const sessions = async (server) => (await api(server, 'sessions')).sessions
/** What the server has of a clip that is on its way. */
const arriving = async (server) => (await sessions(server)).find((s) => s.state === 'uploading')
const sumOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')
const partsOf = (server) => (existsSync(path.join(server.data, 'uploads')) ? readdirSync(path.join(server.data, 'uploads')) : [])

test('clips are sent, analysed, found, renamed, tagged, deleted and had back', { timeout: 300_000 }, async () => {
  const server = await serve(lite)
  const { browser, page, complaints } = await browse(null)
  try {
    await page.goto(server.url)
    await page.getByRole('link', { name: 'Library' }).click()
    await page.locator('.empty').waitFor()

    await send(page, clip('lumbar', 'low back.mp4'), clip('hips', 'hips on the floor.mp4'))
    for (const title of ['low back', 'hips on the floor']) {
      await row(page, title).waitFor({ timeout: 20_000 })
      await until(`“${title}” is analysed`, async () => (await row(page, title).getAttribute('data-state')) === 'ready', 120_000)
      await until(`“${title}” has its picture`, () => row(page, title).locator('img').evaluate((i) => i.naturalWidth > 0), 10_000)
    }
    await page.screenshot({ path: path.join(pictures, 'library.png') })
    const low = (await sessions(server)).find((s) => s.title === 'low back')
    assert.equal(low.worst.code, 'roller_too_low')
    assert.ok(low.score !== null && low.score < 100, `score ${low.score}`)

    // Renamed with the keyboard, tagged in the dialog.
    await row(page, 'low back').locator('h2 a').focus()
    await page.keyboard.press('F2')
    await page.keyboard.type('Marta, week 1')
    await page.keyboard.press('Enter')
    await row(page, 'Marta, week 1').waitFor()
    await row(page, 'Marta, week 1').getByRole('button', { name: /^Details/ }).click()
    await page.getByLabel('Add a tag').fill('physio')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Save' }).click()
    await row(page, 'Marta, week 1').getByRole('button', { name: 'physio' }).waitFor()
    assert.deepEqual((await api(server, `sessions/${low.id}`)).session.tags, ['physio'])

    // The video of one goes after a while, that of the other at once; what was measured stays.
    const keep = async (title, choice) => {
      await row(page, title).getByRole('button', { name: /^Details/ }).click()
      await page.getByLabel('How long does the video stay?').selectOption(choice)
      await page.getByRole('button', { name: 'Save' }).click()
    }
    await keep('Marta', '30')
    await row(page, 'Marta').getByText('video goes in 30 days').waitFor()
    const days = (Date.parse((await api(server, `sessions/${low.id}`)).session.keep_until) - Date.now()) / 86_400_000
    assert.ok(days > 29.9 && days <= 30, `${days} days`)
    await keep('hips', 'goes')
    await row(page, 'hips').getByText('no video').waitFor()
    const hips = (await sessions(server)).find((s) => s.title === 'hips on the floor')
    assert.ok(hips.video === null && hips.score !== null)
    assert.deepEqual(readdirSync(path.join(server.data, 'sessions', hips.id)).filter((f) => f.startsWith('video')), [])

    // Tagged together.
    for (const title of ['Marta', 'hips']) await row(page, title).getByRole('checkbox').check()
    await page.getByRole('region', { name: 'Selected sessions' }).getByRole('button', { name: 'Tag' }).click()
    await page.getByLabel('Add a tag').fill('first week')
    await page.getByRole('button', { name: 'Save' }).click()
    for (const title of ['Marta', 'hips']) await row(page, title).getByRole('button', { name: 'first week' }).waitFor()
    await page.getByRole('button', { name: 'Clear', exact: true }).click()

    // Shown where the roller is, it is analysed anew by that.
    await row(page, 'Marta, week 1').getByRole('button', { name: /^Details/ }).click()
    await page.getByRole('button', { name: 'Show the roller' }).click()
    const asked = page.waitForRequest((r) => r.url().endsWith('/analyse'))
    await drawRing(page, 'lumbar')
    const { x, y, radius } = rollerOf('lumbar')
    const [, rx, ry, rr, at] = /^([\d.]+),([\d.]+),([\d.]+)@([\d.]+)$/.exec((await asked).postDataJSON().roller).map(Number)
    assert.ok(Math.hypot(rx - x, ry - y) < 4 && Math.abs(rr - radius) < 4 && at === 0, `placed at ${[rx, ry, rr, at]}, it is at ${[x, y, radius, 0]}`)
    await row(page, 'Marta, week 1').and(page.locator(':not([data-state=ready])')).waitFor({ timeout: 20_000 })
    await row(page, 'Marta, week 1').and(page.locator('[data-state=ready]')).waitFor({ timeout: 120_000 })
    assert.equal((await api(server, `sessions/${low.id}`)).session.title, 'Marta, week 1')

    // Sought, sorted and filtered; the address keeps how it stands.
    await page.getByRole('searchbox').fill('marta')
    await until('the search has found', async () => (await titles(page)).join() === 'Marta, week 1', 10_000)
    await page.reload()
    await until('it is still sought', async () => (await titles(page)).join() === 'Marta, week 1', 10_000)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Sort by').selectOption('title')
    await until('it goes by title', async () => (await titles(page)).join() === 'hips on the floor,Marta, week 1', 10_000)
    await page.getByRole('button', { name: /^Ascending/ }).click()
    await until('it goes the other way', async () => (await titles(page)).join() === 'Marta, week 1,hips on the floor', 10_000)
    await row(page, 'Marta').getByRole('button', { name: 'physio' }).click()
    await until('the tag is shown', async () => (await titles(page)).join() === 'Marta, week 1', 10_000)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await row(page, 'hips').waitFor()

    // Deleted, had back, deleted again, had back from there, and for good.
    const bin = () => row(page, 'hips').getByRole('button', { name: /^Delete/ }).click()
    await bin()
    await page.getByRole('button', { name: 'Undo' }).click()
    await row(page, 'hips').waitFor()
    await bin()
    await row(page, 'hips').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Recently deleted' }).click()
    await row(page, 'hips').getByRole('button', { name: 'Restore' }).click()
    await row(page, 'hips').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Back to the library' }).click()
    await row(page, 'hips').waitFor()

    // Trends, and the way to a comparison.
    await page.getByRole('link', { name: 'Trends' }).click()
    await page.locator('.plot canvas').first().waitFor()
    for (const n of [0, 1]) await page.locator('tbody input').nth(n).check()
    await page.screenshot({ path: path.join(pictures, 'trends.png') })
    await page.getByRole('button', { name: 'Compare' }).click()
    await until('the comparison is shown', () => /#\/compare\/[A-Z2-7]{26}\/[A-Z2-7]{26}$/.test(page.url()), 10_000)
    await page.goBack()
    await page.locator('.plot canvas').first().waitFor()

    // The worst moment is one click away.
    await open(page, server.url)
    await row(page, 'Marta').locator('a[data-code=roller_too_low]').click()
    const { worst } = (await api(server, `sessions/${low.id}`)).session
    await until('the session is shown at that time', () => page.url().includes(`#/session/${low.id}?t=${Math.round(worst.start_s * 100) / 100}`), 10_000)
    await page.locator('main[data-screen=session]').waitFor()
    await page.goBack()

    await row(page, 'hips').getByRole('button', { name: /^Delete/ }).click()
    await page.getByRole('link', { name: 'Recently deleted' }).click()
    await row(page, 'hips').getByRole('button', { name: /^Delete for good/ }).click()
    await page.locator('dialog .erase').click()
    await row(page, 'hips').waitFor({ state: 'detached' })
    assert.deepEqual(readdirSync(path.join(server.data, 'sessions')), [low.id])
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})

test('what is no video is refused in plain words, before it is sent and after', { timeout: 120_000 }, async () => {
  const server = await serve(lite)
  const { browser, page } = await browse(null)
  try {
    await open(page, server.url)
    const text = path.join(folder, 'shopping list.mp4')
    writeFileSync(text, 'milk, bread, a longer roller')
    await take(page, text)
    await page.locator('dialog .bad', { hasText: 'shopping list.mp4 is not a video that can be read' }).waitFor()
    assert.equal(await page.locator('dialog .primary').isEnabled(), false)
    await page.keyboard.press('Escape')

    // It begins like a video.
    const broken = path.join(folder, 'half a video.mp4')
    writeFileSync(broken, Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\x00\x00\x02\x00isommp42', 'latin1'), Buffer.alloc(50_000, 7)]))
    await send(page, broken)
    const told = page.locator('[data-upload="half a video.mp4"][data-stage=refused]')
    await told.waitFor({ timeout: 20_000 })
    const said = await told.getByRole('alert').textContent()
    assert.match(said, /half a video\.mp4/i, said)
    assert.doesNotMatch(said, /\/tmp|uploads\//, said)
    await page.screenshot({ path: path.join(pictures, 'library-refused.png') })
    await row(page, 'half a video').locator('.failed').waitFor()
    // It is not offered for going on.
    await page.reload()
    await row(page, 'half a video').waitFor()
    assert.equal(await page.locator('[data-unfinished]').count(), 0)
    assert.deepEqual(partsOf(server), [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})

test('dropped files, hostile names, names twice, and a library without room', { timeout: 180_000 }, async () => {
  const server = await serve([...lite, '--disk-budget', '4MiB'])
  const { browser, page, complaints } = await browse(null)
  try {
    await open(page, server.url)
    // Dropped anywhere on the page.
    const bytes = readFileSync(clip('correct', 'dropped.mp4')).toString('base64')
    await page.evaluate((text) => {
      const dataTransfer = new DataTransfer()
      for (const name of ['../../../etc/<b>cron</b>.mp4', 'twice.mp4', 'twice.mp4']) {
        dataTransfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type: 'video/mp4', lastModified: dataTransfer.items.length }))
      }
      for (const type of ['dragenter', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
    }, bytes)
    const go = page.locator('dialog .primary')
    await until('the files are looked at', () => go.isEnabled(), 10_000)
    await go.click()
    await until('all three are there', async () => (await page.locator('[data-session]:not([data-state=uploading])').count()) === 3, 60_000)
    const listed = await sessions(server)
    assert.deepEqual(listed.map((s) => s.source_name).toSorted(), ['b>.mp4', 'twice.mp4', 'twice.mp4'])
    assert.equal(new Set(listed.map((s) => s.id)).size, 3)
    assert.deepEqual(readdirSync(path.join(server.data, 'sessions')).toSorted(), listed.map((s) => s.id).toSorted())
    assert.equal(await page.locator('[data-session] b b').count(), 0)
    // What does not fit is refused before a byte of it is sent, with what to do.
    await send(page, clip('hips', 'too much.mp4', 5_000_000))
    const told = page.locator('[data-upload="too much.mp4"][data-stage=broken]')
    await told.waitFor({ timeout: 20_000 })
    assert.match(await told.getByRole('alert').textContent(), /full.*delete/is)
    await page.getByText('Nothing more can be', { exact: false }).or(page.locator('.tight.full')).first().waitFor()
    await page.screenshot({ path: path.join(pictures, 'library-no-room.png') })
    assert.equal((await sessions(server)).length, 3)
    assert.deepEqual(complaints.filter((c) => !c.includes('507')), [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})

test('an upload is held, goes on, and is given up without a trace', { timeout: 120_000 }, async () => {
  const server = await serve(lite)
  const { browser, page, complaints } = await browse(null)
  try {
    await open(page, server.url)
    await line(page, 1_500_000)
    await send(page, clip('correct', 'long.mp4', 30_000_000))
    const sending = page.locator('[data-upload="long.mp4"]')
    const percent = async () => Number(/(\d+)%/.exec(await sending.textContent())?.[1] ?? 0)
    await until('it moves', async () => (await percent()) >= 5, 30_000)
    await until('it says how long it takes', async () => / left/.test(await sending.textContent()), 30_000)
    await page.screenshot({ path: path.join(pictures, 'library-sending.png') })
    await sending.getByRole('button', { name: 'Pause' }).click()
    await page.locator('[data-upload="long.mp4"][data-stage=paused]').waitFor()
    assert.equal((await arriving(server))?.title, 'long')
    const held = await percent()
    await sending.getByRole('button', { name: 'Go on' }).click()
    await until('it goes on from there', async () => (await percent()) > held, 30_000)
    await sending.getByRole('button', { name: /^Cancel/ }).click()
    await sending.waitFor({ state: 'detached' })
    await until('the server has forgotten it', async () => (await sessions(server)).length === 0 && partsOf(server).length === 0, 20_000)
    await page.locator('.empty').waitFor({ timeout: 20_000 })
    assert.equal(await page.locator('[data-unfinished]').count(), 0)
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})

test('a server that is killed in the middle, and a page that is closed, cost nothing of an upload', { timeout: 240_000 }, async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'rollwell-e2e-'))
  let server = await serve(lite, data)
  const { browser, page } = await browse(null)
  const begun = []
  page.on('request', (r) => r.method() === 'PATCH' && r.url().includes('/uploads/') && begun.push(Number(r.headers()['upload-offset'])))
  try {
    await open(page, server.url)
    await line(page, 2_500_000)
    const file = clip('correct', 'survivor.mp4', 25_000_000)
    await send(page, file)
    const sending = page.locator('[data-upload="survivor.mp4"]')
    const percent = async () => Number(/(\d+)%/.exec(await sending.textContent())?.[1] ?? 0)
    await until('a part is there', async () => (await percent()) >= 20, 30_000)
    await server.kill()
    server = await serve([...lite, '--listen', new URL(server.url).host], data)
    await until('it goes on after the start', () => begun.length >= 2, 60_000)
    assert.ok(begun.at(-1) > 0, `it began anew: ${begun}`)
    await until('more is there', async () => (await percent()) >= 45, 60_000)

    await page.reload()
    await page.locator('[data-unfinished="survivor.mp4"]').waitFor()
    await page.screenshot({ path: path.join(pictures, 'library-unfinished.png') })
    begun.length = 0
    await line(page, 0)
    await send(page, file)
    await row(page, 'survivor').and(page.locator(':not([data-state=uploading])')).waitFor({ timeout: 60_000 })
    assert.ok(begun[0] > 5_000_000, `it began at ${begun[0]}`)
    assert.equal(await page.locator('[data-unfinished]').count(), 0)
    await until('it is analysed', async () => (await row(page, 'survivor').getAttribute('data-state')) === 'ready', 120_000)
    const [session, ...others] = await sessions(server)
    assert.deepEqual(others, [])
    assert.equal(sumOf(path.join(data, 'sessions', session.id, session.video.file)), sumOf(file))
    assert.deepEqual(partsOf(server), [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
    rmSync(data, { recursive: true, force: true })
  }
})

test('a session that was exported comes back as another, a damaged one not at all', { timeout: 180_000 }, async () => {
  const server = await serve(lite)
  const { browser, page, complaints } = await browse(null)
  try {
    await open(page, server.url)
    await send(page, clip('lumbar', 'to be taken along.mp4'))
    await until('it is analysed', async () => (await sessions(server))[0]?.state === 'ready', 120_000)
    const [before] = await sessions(server)
    const whole = Buffer.from(await (await fetch(new URL(`/api/library/sessions/${before.id}/export/json`, server.url))).arrayBuffer())
    const [good, cut] = ['along.json', 'cut off.json'].map((name) => path.join(folder, name))
    writeFileSync(good, whole)
    writeFileSync(cut, whole.subarray(0, whole.length / 2))

    await take(page, cut)
    await page.locator('[data-news=failed]', { hasText: 'cut off.json' }).waitFor()
    assert.equal((await sessions(server)).length, 1)

    await take(page, good)
    await page.locator('[data-news=imported]').waitFor()
    const after = (await sessions(server)).find((s) => s.id !== before.id)
    assert.ok(after && after.kind === 'import' && after.state === 'ready' && after.video === null)
    for (const name of ['title', 'score', 'cues', 'frames', 'duration_s']) assert.equal(after[name], before[name], name)
    await until('both are listed', async () => (await titles(page)).length === 2, 10_000)
    assert.deepEqual(complaints.filter((c) => !c.includes('422')), [])
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})

test('behind an access code the library asks for it once', { timeout: 120_000 }, async () => {
  const server = await serve([...lite, '--access-token', 'a-secret-of-this-test'])
  const { browser, page } = await browse(null)
  try {
    await page.goto(new URL('#/library', server.url).href)
    const code = page.getByLabel('Access code')
    await code.fill('wrong')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('This code is not right').waitFor()
    await code.fill('a-secret-of-this-test')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.locator('.empty').waitFor()
    await send(page, clip('correct', 'behind the code.mp4'))
    await until('it is analysed', async () => (await row(page, 'behind the code').getAttribute('data-state')) === 'ready', 120_000)
    await until('its picture is shown', () => row(page, 'behind the code').locator('img').evaluate((i) => i.naturalWidth > 0), 10_000)
    // A cookie knows it from now on.
    await page.reload()
    await row(page, 'behind the code').waitFor()
  } finally {
    await browser.close()
    assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`)
  }
})
