// Every screen and state of the page, and how to get there.
import { readFileSync } from 'node:fs'
import { cues, opened, planNow } from './fixture.mjs'

const tick = (page) => page.locator('fieldset input[type=checkbox]').first().check()
const next = (page, name) => page.getByRole('button', { name }).click()

async function toScreening(page) {
  await tick(page)
  await next(page, 'Continue')
  await page.waitForSelector('[data-screen=screening]')
}
async function toPain(page) {
  await toScreening(page)
  await next(page, 'None of this applies to me')
  await page.waitForSelector('[data-screen=pain_now]')
}
async function toPlan(page) {
  await toPain(page)
  await page.keyboard.press('1')
  await next(page, 'Continue')
  await page.waitForSelector('[data-screen=plan] [data-aim]')
}
async function toIntro(page, choice = '[data-exercise=thoracic-roll]') {
  await toPlan(page)
  await page.locator(`${choice} input`).check()
  await next(page, 'Let’s go')
  await page.waitForSelector('[data-screen=intro]')
}
async function toCamera(page, choice) {
  await toIntro(page, choice)
  await next(page, 'On to the camera')
  await page.waitForSelector('[data-screen=camera] video')
}
async function toLive(page) {
  await toCamera(page)
  await next(page, 'Go to set-up')
  await page.waitForSelector('[data-screen=live] .live')
}
async function toPhase(page, phase, transport = 'webrtc') {
  await toLive(page)
  await page.waitForSelector(`.live[data-phase=${phase}][data-transport=${transport}]`, { timeout: 8000 })
}

const clip = (name, as) => ({ name: as, mimeType: 'video/mp4', buffer: readFileSync(new URL(`../../../testdata/clips/${name}.mp4`, import.meta.url)) })
const shelved = (page) => page.waitForSelector('[data-session]')

const check = (name, i, change) => ({
  still: [name, { lumbar: [1.2, 5], hips: [3.8, 8.4], fast: [2, 5.6], correct: [3.5, 6] }[name][i]],
  messages: (fx) => [fx.progress(), fx.state({ frame: fx.frames[name][i], ...change })],
  act: (page) => toPhase(page, change?.phase ?? 'checking'),
})

export const scenes = {
  welcome: { act: (page) => page.waitForSelector('h1'), full: true },
  'welcome-token': { info: { token_required: true }, act: (page) => tick(page) },
  screening: { act: toScreening, full: true },
  'stop-ask': {
    act: async (page) => {
      await toScreening(page)
      await page.getByLabel('Pregnancy').check()
      await next(page, 'One of these applies to me')
    },
  },
  'stop-emergency': {
    act: async (page) => {
      await toScreening(page)
      await page.getByLabel('Chest pain').check()
      await next(page, 'One of these applies to me')
    },
  },
  'pain-now': { act: toPain },
  'pain-now-red': { act: async (page) => (await toPain(page), page.keyboard.press('7')) },
  'pain-now-amber': { act: async (page) => (await toPain(page), page.keyboard.press('4')) },
  plan: { act: toPlan, full: true },
  'plan-aim': { act: async (page) => (await toPlan(page), page.locator('[data-aim=recovery] input').check()) },
  'plan-single': { act: async (page) => (await toPlan(page), page.locator('[data-exercise=lats] input').check()) },
  intro: { act: (page) => toIntro(page), full: true },
  'live-recording': {
    ...check('correct', 0),
    open: { status: 201, json: { ...opened, recording: true } },
  },
  'intro-keep': {
    info: { library: true },
    full: true,
    act: async (page) => {
      await toIntro(page)
      await page.locator('[data-keep] input[value=video]').check()
      await page.waitForSelector('[data-keep=video]')
    },
  },
  'intro-advanced': { act: (page) => toIntro(page, '[data-exercise=thoracic-extension]'), full: true },
  learn: {
    full: true,
    act: async (page) => {
      await next(page, 'Good to know')
      await page.waitForSelector('[data-screen=learn]')
    },
  },
  'learn-all': {
    full: true,
    act: async (page) => {
      await next(page, 'Good to know')
      await page.waitForSelector('[data-screen=learn]')
      for (const line of (await page.locator('summary').all()).slice(1)) await line.click()
      await page.waitForSelector('[data-lesson=cat-cow]')
    },
  },
  camera: { act: (page) => toCamera(page), full: true, settle: 500 },
  refused: {
    refuse: 'NotAllowedError',
    act: async (page) => {
      await toIntro(page)
      await next(page, 'On to the camera')
      await page.waitForSelector('[data-screen=problem-refused]')
    },
  },
  full: {
    open: { status: 503, headers: { 'Retry-After': '20' }, json: { error: { code: 'server_full', message: 'All places are taken.', retry_after_s: 20 } } },
    act: async (page) => {
      await toCamera(page)
      await next(page, 'Go to set-up')
      await page.waitForSelector('[data-screen=problem-full]')
    },
  },
  'setup-early': { still: ['correct', 3.5], messages: (fx) => [fx.state({ phase: 'setup', setup: fx.setup.early, frame: { ...fx.frames.correct[0], roller: null, reading: { ...fx.frames.correct[0].reading, s: null, level: null, zone: null, state: 'unseen' } }, levels: [] })], act: (page) => toPhase(page, 'setup') },
  'setup-roller': { still: ['correct', 3.5], settle: 900, messages: (fx) => [fx.state({ phase: 'setup', setup: fx.setup.noRoller, frame: { ...fx.frames.correct[0], roller: null, reading: { ...fx.frames.correct[0].reading, s: null, level: null, zone: null, state: 'unseen' } }, levels: [] })], act: (page) => toPhase(page, 'setup') },
  'setup-counting': { still: ['correct', 3.5], settle: 4300, messages: (fx) => [fx.state({ phase: 'setup', levels: [] })], act: (page) => toPhase(page, 'setup') },
  'check-calm': check('correct', 0),
  'check-safety': check('lumbar', 1, { banner: cues.lumbar }),
  'check-technique': check('hips', 0, { banner: cues.hips }),
  'check-pace': check('fast', 1, { banner: cues.fast }),
  'check-poor': { ...check('correct', 1, { connection: 'poor' }), settle: 400 },
  'check-unsure': { ...check('correct', 1), messages: (fx) => [fx.progress(), fx.state({ frame: { ...fx.frames.correct[1], reading: { ...fx.frames.correct[1].reading, state: 'unsure' } } })] },
  'check-unseen': { ...check('correct', 1), messages: (fx) => [fx.progress(), fx.state({ banner: cues.unseen, frame: { ...fx.frames.correct[1], roller: null, reading: { ...fx.frames.correct[1].reading, s: null, level: null, zone: null, speed_cm_s: null, state: 'unseen' } } })] },
  'check-hold': { ...check('correct', 0), messages: (fx) => [fx.progress({ hold_s: 12.4 }), fx.state()] },
  'check-paused': check('correct', 0, { phase: 'paused', phase_reason: 'sat_up' }),
  'check-slow': { ...check('correct', 0), noMedia: true, act: (page) => toPhase(page, 'checking', 'jpeg') },
  'check-lost': {
    ...check('correct', 0),
    settle: 100,
    act: async (page, { sockets }) => {
      await toPhase(page, 'checking')
      sockets.at(-1).close({ code: 1011, reason: 'look' })
      await page.waitForSelector('[data-connection=lost]')
    },
  },
  'plan-working': check('correct', 0, { plan: planNow({ index: 0, exercise: 'thoracic-roll', title: 'Thoracic roll', side: null }) }),
  'plan-side': { ...check('correct', 0, { plan: planNow() }), settle: 400 },
  'plan-reps': check('correct', 0, { phase_exercise: 'cat', plan: planNow({ index: 3, exercise: 'cat-cow', title: 'Cat-cow', side: null, remaining_s: null, reps: 3, reps_target: 8, next: null }) }),
  'plan-intro': check('correct', 0, { plan: planNow({ state: 'intro' }) }),
  'plan-intro-low': {
    ...check('correct', 0, { plan: planNow({ state: 'intro' }) }),
    messages: (fx) => [fx.progress(), { type: 'cue', ...fx.cues.lumbar, seq: 1, t_s: 4, capture_ms: null, say: 'Bring the roller higher', started_ms: 3900 }, fx.state({ plan: fx.planNow({ state: 'intro' }) })],
  },
  'plan-step': { ...check('correct', 0), messages: (fx) => [fx.progress(), fx.state({ plan: fx.planNow() }), fx.step({ text: 'Half way. Keep going slowly.' })] },
  'check-calibrated': { ...check('correct', 0), messages: (fx) => [fx.progress(), fx.state(), fx.calibrated()] },
  'check-not-calibrated': {
    ...check('correct', 0),
    act: async (page, { fx, send }) => {
      await toPhase(page, 'checking')
      await page.keyboard.press('c')
      send(fx.notReady())
      await page.waitForSelector('text=Lie still')
    },
  },
  'stop-signs': {
    ...check('correct', 0),
    act: async (page) => {
      await toPhase(page, 'checking')
      await page.keyboard.press('s')
      await page.waitForSelector('dialog[open]')
    },
  },
  'check-voice': {
    ...check('correct', 0),
    act: async (page) => {
      await toPhase(page, 'checking')
      const voice = page.getByRole('button', { name: 'Voice', exact: true })
      if (await voice.isVisible()) await voice.click() // a phone on its side has no room for it
    },
  },
  pain: {
    ...check('correct', 0),
    act: async (page) => {
      await toPhase(page, 'checking')
      await page.keyboard.press('p')
      await page.waitForSelector('dialog[open]')
    },
  },
  'pain-stop': {
    ...check('correct', 0),
    act: async (page, { fx, send }) => {
      await toPhase(page, 'checking')
      await page.keyboard.press('p')
      await page.waitForSelector('dialog[open]')
      await page.keyboard.press('7')
      send(fx.summaryNews({ pain: [{ t_s: 80, value: 7 }] }))
      await page.waitForSelector('[data-screen=pain_stop]')
    },
  },
  summary: {
    ...check('correct', 0),
    full: true,
    act: async (page, { fx, send }) => {
      await toPhase(page, 'checking')
      for (let i = 0; i < 30; i++) send(fx.state({ frame: { ...fx.frames.correct[0], reading: { ...fx.frames.correct[0].reading, speed_cm_s: i % 10 === 0 ? 9 : i % 4 === 0 ? 6 : 3 } } }))
      send(fx.summaryNews())
      await page.waitForSelector('[data-screen=summary]')
      await page.getByRole('button', { name: '2', exact: false }).first().click()
    },
  },

  // The library.
  library: { hash: '#/library', full: true, act: shelved },
  'library-empty': { hash: '#/library', library: { empty: true }, act: (page) => page.waitForSelector('.empty') },
  'library-full': { hash: '#/library?q=anna', library: { full: true }, act: shelved },
  'library-nothing': { hash: '#/library?q=nobody&tag=team', act: (page) => page.waitForSelector('.nothing') },
  'library-locked': { hash: '#/library', library: { locked: true }, act: (page) => page.waitForSelector('input[type=password]') },
  'library-trash': { hash: '#/library?trash=1', act: shelved },
  'library-picked': {
    hash: '#/library',
    act: async (page) => {
      await shelved(page)
      for (const n of [3, 8]) await page.locator('[data-session] input[type=checkbox]').nth(n).check()
      await page.waitForSelector('.picked[role=region]')
    },
  },
  'library-rename': {
    hash: '#/library?q=anna',
    act: async (page) => {
      await shelved(page)
      await page.locator('[data-session] h2 a').first().focus()
      await page.keyboard.press('F2')
      await page.waitForSelector('.title input')
    },
  },
  'library-details': {
    hash: '#/library?q=week',
    act: async (page) => {
      await shelved(page)
      await page.locator('[data-session] .acts button').first().click()
      await page.waitForSelector('dialog[open]')
      await page.locator('dialog select').first().selectOption('goes')
    },
  },
  'library-deleted': {
    hash: '#/library',
    act: async (page) => {
      await shelved(page)
      await page.locator('[data-session] h2 a').nth(4).focus()
      await page.keyboard.press('Delete')
      await page.waitForSelector('[data-news=deleted]')
    },
  },
  'library-send': {
    hash: '#/library',
    act: async (page) => {
      await shelved(page)
      await page.locator('input[type=file]').setInputFiles([clip('correct', 'Anna_week_7.mp4'), clip('hips', 'IMG_4711.mp4'), { name: 'shopping list.mp4', mimeType: 'video/mp4', buffer: Buffer.from('milk, bread, a longer roller') }])
      await page.waitForSelector('dialog .bad')
    },
  },
  'library-sending': {
    hash: '#/library',
    act: async (page) => {
      const u = { size: 81_000_000, metadata: { filename: 'IMG_4690.MOV', title: 'Marta, week 2' }, creationTime: new Date(Date.now() - 9e7).toString(), uploadUrl: '/api/library/uploads/X' }
      await page.evaluate((text) => localStorage.setItem('tus::look::1', text), JSON.stringify(u))
      await page.reload()
      await shelved(page)
      await page.locator('input[type=file]').setInputFiles([clip('correct', 'Anna_week_7.mp4'), clip('hips', 'Team evening, mat 2.mp4')])
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.waitForSelector('[data-stage=sending]')
      await page.waitForSelector('[data-stage=broken], [data-stage=refused]')
    },
    settle: 900,
  },
  'library-drop': {
    hash: '#/library',
    act: async (page) => {
      await shelved(page)
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['x'], 'clip.mp4'))
        document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer }))
      })
      await page.waitForSelector('.over')
    },
  },
  'library-roller': {
    hash: '#/library?q=week',
    act: async (page) => {
      await shelved(page)
      await page.locator('[data-session] .acts button').first().click()
      await page.getByRole('button', { name: 'Show the roller' }).click()
      await page.waitForSelector('[data-ring]')
    },
    settle: 800,
  },
  'library-erase': {
    hash: '#/library?trash=1',
    act: async (page) => {
      await shelved(page)
      await page.locator('[data-session] .acts button').nth(1).click()
      await page.waitForSelector('dialog[open]')
    },
  },
  trends: {
    hash: '#/trends',
    full: true,
    act: async (page) => {
      await page.waitForSelector('.plot canvas')
      await page.locator('tbody input').nth(0).check()
      await page.locator('tbody input').nth(9).check()
    },
  },
  'trends-empty': { hash: '#/trends', library: { empty: true }, act: (page) => page.waitForSelector('.nothing') },
}
