// The review's screens, with sessions that are made up from the truth of clips.
import { answers } from '../review/answers.mjs'
import { clipSession, longSession } from '../review/sessions.mjs'

const ids = { lumbar: 'A'.repeat(26), correct: 'B'.repeat(26), long: 'C'.repeat(26), gone: 'Z'.repeat(26) }
const note = {
  id: 'N0', t: 2, end_t: null, text: 'Turn round where the ribs end. Look at the angle of the knees, too.',
  shapes: [
    { type: 'line', points: [[300, 100], [420, 120]] }, { type: 'angle', points: [[200, 270], [250, 160], [330, 230]] }, { type: 'circle', points: [[470, 220], [500, 220]] },
    { type: 'arrow', points: [[560, 120], [490, 170]] }, { type: 'text', points: [[80, 60]], text: 'Hips stay level' },
  ],
} // prettier-ignore

/** Answers for the library's addresses; says puts long sentences of another language into what the server says. */
export async function answerReview(page, says) {
  const sessions = {
    [ids.lumbar]: clipSession(ids.lumbar, 'lumbar', { opened: { notes: [note], marks: [{ id: 'M0', kind: 'missed', code: 'hips_not_lifted', cue: null, start_s: 0.5, end_s: 1.5, note: '' }] } }),
    [ids.correct]: clipSession(ids.correct, 'correct', { session: { title: 'A week later', created: '2026-11-30T18:05:00Z', score: 94 } }),
    [ids.long]: longSession(ids.long, { minutes: 4 }),
  }
  for (const session of Object.values(sessions)) {
    const { result } = says({ type: 'cue', result: session.opened.result })
    session.opened = { ...session.opened, result }
  }
  const answer = answers(sessions)
  await page.route('**/api/library/**', (route) => {
    const request = route.request()
    const found = answer({ method: request.method(), path: new URL(request.url()).pathname, range: request.headers()['range'], body: request.postData() ?? '' })
    return found ? route.fulfill(found) : route.fallback()
  })
}

const there = async (page) => {
  await page.waitForSelector('[data-review]')
  await page.waitForFunction(() => document.querySelector('canvas.overlay')?.dataset.t && (document.querySelector('video')?.readyState ?? 4) >= 2)
}
const session = (id, t) => ({ review: true, hash: `#/session/${id}?t=${t}`, act: there })
const then = (scene, more) => ({
  ...scene,
  act: async (page) => {
    await there(page)
    await more(page)
  },
})

export const reviewScenes = {
  review: { ...session(ids.lumbar, 4.5), full: true },
  'review-drawn': then({ ...session(ids.lumbar, 2), full: true }, async (page) => {
    await page.locator('[data-tool=angle]').click()
    await page.locator('#tab-notes').click()
  }),
  'review-levels': then({ ...session(ids.correct, 3), full: true }, (page) => page.locator('#tab-levels').click()),
  'review-layers': then(session(ids.correct, 3), (page) => page.locator('.layers-menu summary').click()),
  'review-bare': { ...session(ids.long, 101), full: true },
  'review-help': then(session(ids.lumbar, 2), (page) => page.keyboard.press('?')),
  'review-missed': then(session(ids.lumbar, 2), (page) => page.keyboard.press('m')),
  'review-export': then(session(ids.lumbar, 2), (page) => page.locator('.export summary').click()),
  'review-gone': { review: true, missing: true, hash: `#/session/${ids.gone}`, act: (page) => page.waitForSelector('[data-trouble=gone]') },
  compare: {
    review: true,
    full: true,
    hash: `#/compare/${ids.lumbar}/${ids.correct}`,
    act: async (page) => {
      await page.waitForFunction(() => [...document.querySelectorAll('video')].filter((v) => v.readyState >= 2).length === 2)
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('Shift+ArrowRight')
      await page.waitForTimeout(600)
    },
  },
}
