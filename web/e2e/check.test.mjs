// The live check with everything real: the program, Chromium, WebRTC, and a camera that shows a rendered clip. The page
// must show and speak the right corrections, and no others.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { browse, HELD } from './camera.mjs'
import { root, serve } from './server.mjs'
import { listen, placeRoller, start, toCamera, toSetup, until } from './walk.mjs'

const pictures = path.join(root, 'build/e2e/screens')
mkdirSync(pictures, { recursive: true })

// The corrections of each clip (cmd/rollwell/testdata/cues.golden.json, less what may come beside them) and how long it is.
const clips = {
  lumbar: { wants: ['roller_too_low'], seconds: 8 },
  hips: { wants: ['hips_not_lifted'], seconds: 10 },
  fast: { wants: ['rolling_too_fast'], may: ['jerky'], seconds: 7 },
  correct: { wants: [], seconds: 7 },
}

let server
before(async () => (server = await serve()))
after(async () => assert.equal(await server.stop(), 0, `the server's end:\n${server.log()}`))

const corrections = (messages) =>
  messages.filter((m) => m.type === 'cue' && ['safety', 'technique', 'pace'].includes(m.severity))

for (const [clip, { wants, may = [], seconds }] of Object.entries(clips)) {
  test(`${clip}: ${wants.length ? wants.join(', ') : 'nothing to correct'}`, { timeout: 180_000 }, async () => {
    const { browser, page, complaints } = await browse(clip)
    try {
      const { messages, spoken } = await listen(page)
      const began = await toCamera(page, server.url)
      await toSetup(page)
      await page.screenshot({ path: path.join(pictures, `${clip}-setup.png`) })
      await placeRoller(page, clip)
      await until('the roller is seen', () => messages.findLast((m) => m.type === 'state')?.frame?.roller, 15_000)
      await start(page)
      const late = (Date.now() - began) / 1000
      assert.ok(late < HELD, `it took ${late} s to get here; the clip begins after ${HELD}`)
      const wait = until('the clip is over', () => Date.now() - began > (HELD + seconds - 0.5) * 1000, (HELD + seconds + 5) * 1000)
      if (wants.length) {
        const cue = await until(`${wants[0]} is corrected`, () => corrections(messages).find((m) => m.code === wants[0]), (HELD + seconds + 5) * 1000)
        await until(`“${cue.say}” is spoken`, async () => (await spoken()).some((s) => s.text === cue.say), 6000)
        await page.screenshot({ path: path.join(pictures, `${clip}-cue.png`) })
      }
      await wait
      await page.screenshot({ path: path.join(pictures, `${clip}-check.png`) })

      const codes = new Set(corrections(messages).map((m) => m.code))
      for (const code of may) codes.delete(code)
      assert.deepEqual([...codes].sort(), wants)

      await page.getByRole('button', { name: 'End', exact: true }).click()
      await page.getByRole('button', { name: 'End the check' }).click()
      await page.locator('[data-screen=summary]').waitFor({ timeout: 15_000 })
      await page.screenshot({ path: path.join(pictures, `${clip}-summary.png`), fullPage: true })
      const { summary } = messages.findLast((m) => m.type === 'summary')
      assert.deepEqual([...new Set(summary.cues.filter((c) => wants.includes(c.code)).map((c) => c.code))], wants)
      assert.deepEqual(complaints, [])
    } finally {
      await browser.close()
    }
  })
}
