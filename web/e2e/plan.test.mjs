// A plan with everything real but the person: the server leads through its blocks by voice, and the page goes on and back,
// calibrates, and comes to a summary with every block.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { browse } from './camera.mjs'
import { root, serve } from './server.mjs'
import { listen, start, toCamera, toSetup, until } from './walk.mjs'

const pictures = path.join(root, 'build/e2e/screens')
mkdirSync(pictures, { recursive: true })

test('a plan from its choice to its summary', { timeout: 240_000 }, async () => {
  const server = await serve(['--model', 'lite'])
  const { browser, page, complaints } = await browse('correct')
  try {
    const { messages, spoken } = await listen(page)
    await toCamera(page, server.url, '[data-aim=warm_up]')
    await toSetup(page)
    await start(page)
    const plan = () => messages.findLast((m) => m.type === 'state')?.plan
    const at = (index) => until(`block ${index}`, () => plan()?.index === index, 20_000)
    await at(0)
    const { count, title, next } = plan()
    assert.ok(count > 2, `${count} blocks`)
    await page.locator('[data-plan="0"]').getByText(title).first().waitFor()
    const intro = await until('the first block is introduced', () => messages.find((m) => m.type === 'step' && m.kind === 'intro'), 10_000)
    await until(`“${intro.say}” is spoken`, async () => (await spoken()).some((s) => s.text === intro.say), 20_000)
    await page.screenshot({ path: path.join(pictures, 'plan-intro.png') })

    await page.keyboard.press('n')
    await at(1)
    assert.equal(plan().title, next.title)
    await page.getByRole('button', { name: 'Back one' }).click()
    await at(0)
    await page.keyboard.press('n')
    await at(1)
    await page.keyboard.press('c')
    await until('the calibration is answered', () => messages.find((m) => m.type === 'calibrated' || m.code === 'not_ready'), 15_000)
    await page.screenshot({ path: path.join(pictures, 'plan-block.png') })
    for (let i = 2; i < count; i++) {
      await page.keyboard.press('n')
      await at(i)
    }
    await page.keyboard.press('n')
    await until('the plan is done', () => messages.find((m) => m.type === 'step' && m.kind === 'finished'), 15_000)
    await page.getByRole('heading', { name: 'And how is it now?' }).first().waitFor({ timeout: 15_000 })
    await page.keyboard.press('1')
    await page.locator('[data-screen=summary]').waitFor({ timeout: 20_000 })
    await page.screenshot({ path: path.join(pictures, 'plan-summary.png'), fullPage: true })

    const { summary } = messages.findLast((m) => m.type === 'summary')
    assert.equal(summary.aim, 'warm_up')
    assert.deepEqual([...new Set(summary.blocks.map((b) => b.index))].sort(), Array.from({ length: count }, (_, i) => i))
    assert.deepEqual(summary.pain.map((p) => [p.value, p.when]), [[1, 'before'], [1, 'after']])
    assert.equal(await page.locator('[data-outcome]').count(), summary.blocks.length)
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
    await server.stop()
  }
})
