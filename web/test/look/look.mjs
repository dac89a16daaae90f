// Takes a picture of every screen at three sizes and looks for what a person could not use (axe-core).
//   node test/look/look.mjs [--out DIR] [--only NAME] [--size 1440x900]
// CHROMIUM names the browser; without it the system's chromium is taken.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import * as fx from './fixture.mjs'
import { scenes } from './scenes.mjs'

const { values: args } = parseArgs({ options: { out: { type: 'string', default: 'test/look/out' }, only: { type: 'string' }, size: { type: 'string' }, axe: { type: 'boolean', default: true } } })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const sizes = args.size ? [args.size] : ['1440x900', '844x390', '390x844']
mkdirSync(args.out, { recursive: true })

const site = await fx.servePage()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
})
let faults = 0
const stills = new Map()

for (const size of sizes) {
  const [width, height] = size.split('x').map(Number)
  for (const [name, scene] of Object.entries(scenes)) {
    if (args.only && !name.includes(args.only)) continue
    const phone = width < 1000
    const context = await browser.newContext({ viewport: { width, height }, permissions: ['camera'], hasTouch: phone, isMobile: phone, reducedMotion: 'reduce', bypassCSP: false })
    const page = await context.newPage()
    const complaints = []
    page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()))
    page.on('pageerror', (e) => complaints.push(String(e)))
    const [clip, at] = scene.still ?? ['correct', 0]
    const key = `${clip}@${at}`
    if (!stills.has(key)) stills.set(key, fx.still(clip, at))
    await page.addInitScript(fake, { picture: stills.get(key), refuse: scene.refuse ?? null })
    const sockets = []
    await page.route('**/api/info', (r) => r.fulfill({ json: { ...fx.info, ...(scene.info ?? {}) } }))
    await page.route('**/api/sessions', (r) => r.fulfill(scene.open ?? { status: 201, json: fx.opened }))
    await page.route('**/whip', (r) => (scene.noMedia ? r.fulfill({ status: 500, json: {} }) : r.fulfill({ status: 201, headers: { Location: '/api/sessions/LOOK/whip/1' }, body: 'v=0' })))
    await page.route('**/whip/1', (r) => r.fulfill({ status: 200 }))
    await page.route('**/summary', (r) => r.fulfill({ status: 409, json: {} }))
    await page.routeWebSocket(/\/events$/, (ws) => {
      sockets.push(ws)
      for (const message of scene.messages?.(fx) ?? []) ws.send(JSON.stringify(message))
    })
    await page.goto(site.url)
    try {
      await scene.act(page, { fx, sockets, send: (m) => sockets.at(-1)?.send(JSON.stringify(m)) })
      await page.waitForTimeout(scene.settle ?? 250)
      await page.screenshot({ path: join(args.out, `${name}-${size}.png`) })
      if (scene.full) await page.screenshot({ path: join(args.out, `${name}-${size}-full.png`), fullPage: true })
      if (args.axe) {
        await page.evaluate(axe)
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        for (const v of found.violations) complaints.push(`axe ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')} ${v.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`)
      }
    } catch (cause) {
      complaints.push(String(cause).split('\n').slice(0, 4).join(' '))
      await page.screenshot({ path: join(args.out, `${name}-${size}-FAILED.png`) }).catch(() => undefined)
    }
    const expected = complaints.filter((c) => !/status of (500|503|401|409)/.test(c))
    console.log(`${expected.length ? 'FAULT' : 'ok   '} ${size} ${name}`)
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
function fake({ picture, refuse }) {
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
