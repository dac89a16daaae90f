// Takes a picture of every screen at three sizes and looks for what a person could not use (axe-core), and for texts that
// do not fit. What the server says is replaced by long sentences in other languages.
//   node test/look/look.mjs [--out DIR] [--only NAME] [--size 1440x900] [--language de] [--units inches]
// Without a language: English, and after it the one whose words take the most room.
// CHROMIUM names the browser; without it the system's chromium is taken.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import * as fx from './fixture.mjs'
import { spoken } from './languages.mjs'
import { misfits } from './misfits.mjs'
import { answerReview, reviewScenes } from './review.mjs'
import { scenes } from './scenes.mjs'
import { shelve } from './shelf.mjs'

const { values: args } = parseArgs({ options: { out: { type: 'string', default: 'test/look/out' }, only: { type: 'string' }, size: { type: 'string' }, language: { type: 'string' }, units: { type: 'string', default: '' }, axe: { type: 'boolean', default: true } } })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const sizes = args.size ? [args.size] : ['1440x900', '844x390', '390x844']
const languages = args.language ? [args.language] : ['en', 'fr']
mkdirSync(args.out, { recursive: true })

const site = await fx.servePage()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
})
let faults = 0
const stills = new Map()

for (const [language, size] of languages.flatMap((l) => sizes.map((s) => [l, s]))) {
  const [width, height] = size.split('x').map(Number)
  for (const [name, scene] of Object.entries({ ...scenes, ...reviewScenes })) {
    if (args.only && !name.includes(args.only)) continue
    const phone = width < 1000
    const context = await browser.newContext({ viewport: { width, height }, permissions: ['camera'], hasTouch: phone, isMobile: phone, reducedMotion: 'reduce', bypassCSP: false, locale: language })
    const page = await context.newPage()
    const says = spoken(page, language)
    const complaints = []
    page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()))
    page.on('pageerror', (e) => complaints.push(String(e)))
    const [clip, at] = scene.still ?? ['correct', 0]
    const key = `${clip}@${at}`
    if (!stills.has(key)) stills.set(key, fx.still(clip, at))
    await page.addInitScript(fake, { picture: stills.get(key), refuse: scene.refuse ?? null, units: args.units })
    const sockets = []
    await page.route('**/api/info', (r) => r.fulfill({ json: { ...fx.info, ...(scene.info ?? {}) } }))
    const asked = (r) => new URL(r.request().url()).searchParams.get('language')
    for (const kind of ['exercises', 'plans']) await page.route(`**/api/${kind}?*`, (r) => r.fulfill({ json: (fx.catalogues[asked(r)] ?? fx.catalogues.en)[kind] }))
    await page.route('**/api/sessions', (r) => r.fulfill(scene.open ?? { status: 201, json: fx.opened }))
    await page.route('**/whip', (r) => (scene.noMedia ? r.fulfill({ status: 500, json: {} }) : r.fulfill({ status: 201, headers: { Location: '/api/sessions/LOOK/whip/1' }, body: 'v=0' })))
    await page.route('**/whip/1', (r) => r.fulfill({ status: 200 }))
    await page.route('**/summary', (r) => r.fulfill({ status: 409, json: {} }))
    await page.routeWebSocket(/\/events$/, (ws) => {
      sockets.push(ws)
      for (const message of scene.messages?.(fx) ?? []) ws.send(JSON.stringify(says(message)))
    })
    await shelve(page, scene.library)
    if (scene.review) await answerReview(page, says)
    await page.goto(site.url + (scene.hash ?? ''))
    try {
      await scene.act(page, { fx, sockets, send: (m) => sockets.at(-1)?.send(JSON.stringify(says(m))) })
      await page.waitForTimeout(scene.settle ?? 250)
      await page.screenshot({ path: join(args.out, `${name}-${size}-${language}.png`) })
      if (scene.full) await page.screenshot({ path: join(args.out, `${name}-${size}-${language}-full.png`), fullPage: true })
      for (const misfit of await page.evaluate(misfits)) complaints.push(misfit)
      if (args.axe && language === 'en') {
        await page.evaluate(axe)
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        for (const v of found.violations) complaints.push(`axe ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')} ${v.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`)
      }
    } catch (cause) {
      complaints.push(String(cause).split('\n').slice(0, 4).join(' '))
      await page.screenshot({ path: join(args.out, `${name}-${size}-${language}-FAILED.png`) }).catch(() => undefined)
    }
    const expected = complaints.filter((c) => !/status of (500|503|507|401|409)/.test(c) && !(scene.missing && /status of 404/.test(c)))
    console.log(`${expected.length ? 'FAULT' : 'ok   '} ${language} ${size} ${name}`)
    for (const c of expected) console.log(`      ${c}`)
    faults += expected.length
    await context.close()
  }
}
await browser.close()
site.close()
console.log(`${faults} faults`)
process.exitCode = faults ? 1 : 0

// Runs in the page before its own code: a camera that shows one still, and a connection that always comes up.
function fake({ picture, refuse, units }) {
  if (units) localStorage.setItem('rollwell.preferences', JSON.stringify({ units }))
  navigator.mediaDevices.getUserMedia = async () => {
    if (refuse) throw new DOMException('', refuse)
    const image = new Image()
    await new Promise((resolve) => {
      image.onload = resolve
      image.src = picture
    })
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const draw = () => canvas.getContext('2d').drawImage(image, 0, 0)
    draw()
    setInterval(draw, 60)
    return canvas.captureStream(15)
  }
  window.__rollwellSpeech = []
  const Real = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Real {
    async setRemoteDescription() {
      Object.defineProperty(this, 'connectionState', { value: 'connected' })
    }
  }
}
