// Several browsers at once: everybody hears of their own clip, and who finds no place gets one when it is free.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browse } from './camera.mjs'
import { serve } from './server.mjs'
import { listen, placeRoller, start, toCamera, toIntro, toSetup, until } from './walk.mjs'

test('three browsers at once, and a fourth that has to wait', { timeout: 300_000 }, async () => {
  const server = await serve(['--max-sessions', '3', '--min-rate', '1', '--model', 'lite'])
  const open = []
  try {
    for (const clip of ['lumbar', 'hips', 'fast']) {
      const one = { clip, ...(await browse(clip)) }
      open.push(one)
      one.heard = await listen(one.page)
      await toCamera(one.page, server.url)
      await toSetup(one.page)
      await placeRoller(one.page, clip)
      await start(one.page)
    }
    for (const { clip, heard } of open) {
      const state = await until(`${clip} is analysed`, () => heard.messages.findLast((m) => m.type === 'state' && m.phase === 'checking' && m.frame?.pose), 60_000)
      assert.ok(state.capture_ms > 0, 'the time of capture is told')
    }
    assert.equal(await server.metric('rollwell_sessions'), 3)

    const late = await browse('correct')
    open.push(late)
    await listen(late.page)
    await toCamera(late.page, server.url)
    await late.page.getByRole('button', { name: 'Go to set-up' }).click()
    await late.page.locator('[data-screen=problem-full]').waitFor({ timeout: 20_000 })
    await late.page.getByText('All places are taken').first().waitFor()

    await open[0].page.getByRole('button', { name: 'End', exact: true }).click()
    await open[0].page.getByRole('button', { name: 'End the check' }).click()
    await open[0].page.locator('[data-screen=summary]').waitFor({ timeout: 20_000 })
    await late.page.locator('.live').waitFor({ timeout: 60_000 }) // by itself
    for (const { complaints } of open.slice(0, 3)) assert.deepEqual(complaints, [])
  } finally {
    for (const { browser } of open) await browser.close()
    await server.stop()
  }
})

test('without a camera, and without permission, the page says what to do', { timeout: 120_000 }, async () => {
  const server = await serve(['--model', 'lite'])
  try {
    for (const [clip, allow, scene] of [[null, true, 'none'], ['correct', false, 'refused']]) {
      const { browser, page } = await browse(clip, { allow })
      try {
        await toIntro(page, server.url)
        await page.getByRole('button', { name: 'On to the camera' }).click()
        await page.locator(`[data-screen=problem-${scene}]`).waitFor({ timeout: 20_000 })
        await page.getByRole('button', { name: 'Try again' }).waitFor()
      } finally {
        await browser.close()
      }
    }
  } finally {
    await server.stop()
  }
})
