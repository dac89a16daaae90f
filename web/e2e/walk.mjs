// Goes through the page as a person would, and keeps what the server sends and what is spoken.
import { rollerOf } from './camera.mjs'

/**
 * Listens to a page from before it is loaded.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{messages: object[], spoken: () => Promise<{text: string, at: number}[]>}>}
 */
export async function listen(page) {
  const messages = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string') messages.push({ heard: Date.now(), ...JSON.parse(payload) })
    }),
  )
  await page.addInitScript(() => (window.__rollwellSpeech = []))
  return { messages, spoken: () => page.evaluate(() => window.__rollwellSpeech) }
}

/**
 * From the welcome to what is said before the exercise.
 * @param {string} choice what to do: a selector of the picker
 */
export async function toIntro(page, url, choice = '[data-exercise=thoracic-roll]') {
  await page.goto(url)
  await page.getByRole('checkbox', { name: /I agree/ }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'None of this applies to me' }).click()
  await page.locator('[data-screen=pain_now]').waitFor()
  await page.keyboard.press('1')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator(`${choice} input`).check()
  await page.getByRole('button', { name: 'Let’s go' }).click()
  await page.locator('[data-screen=intro]').waitFor()
}

/** From the welcome to the camera's picture. Returns when the camera began, in ms since 1970. */
export async function toCamera(page, url, choice) {
  await toIntro(page, url, choice)
  const began = Date.now()
  await page.getByRole('button', { name: 'On to the camera' }).click()
  await page.locator('[data-screen=camera] video').waitFor()
  return began
}

/** From the camera's picture to the set-up, until the first frame has been analysed. */
export async function toSetup(page) {
  await page.getByRole('button', { name: 'Go to set-up' }).click()
  await page.locator('.live[data-phase=setup][data-transport=webrtc]').waitFor({ timeout: 20_000 })
  await page.locator('[data-chip]:not([data-chip=waiting])').waitFor({ timeout: 20_000 })
}

/** Asks for the ring during a live check, draws it onto the roller of the clip's first picture and takes it. */
export async function placeRoller(page, clip) {
  await page.keyboard.press('r') // also where a ring came by itself: that one goes as soon as the roller is found
  await drawRing(page, clip)
}

/** Draws the ring that is there onto the roller of the clip's first picture, from the middle to the edge, and takes it. */
export async function drawRing(page, clip) {
  const { x, y, radius } = rollerOf(clip)
  const ring = page.locator('[data-ring]')
  const box = await ring.boundingBox()
  const [, , width, height] = (await ring.getAttribute('viewBox')).split(' ').map(Number)
  const at = (px, py) => [box.x + (px / width) * box.width, box.y + (py / height) * box.height]
  await page.keyboard.down('Shift')
  await page.mouse.move(...at(x, y))
  await page.mouse.down()
  await page.mouse.move(...at(x + radius, y), { steps: 4 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.getByRole('button', { name: 'Use this' }).click()
}

/** Starts the check, unless it has started by itself. */
export async function start(page) {
  const button = page.getByRole('button', { name: /^Start/ })
  const checking = page.locator('.live[data-phase=checking]')
  await Promise.race([checking.waitFor({ timeout: 20_000 }), button.click().catch(() => undefined)])
  await checking.waitFor({ timeout: 20_000 })
}

/** Waits until a condition on what has been heard holds, and fails with what is missing after so many ms. */
export async function until(what, condition, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const got = await condition()
    if (got) return got
  }
  throw new Error(`${what}: not within ${ms / 1000} s`)
}
