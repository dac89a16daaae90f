import { describe, expect, it, vi } from 'vitest'
import { ApiError, type Opened, type Outcome } from '../../src/lib/api'
import type { EventsOptions } from '../../src/lib/events'
import type { FromServer, ToServer } from '../../src/lib/protocol'
import { parse } from '../../src/lib/protocol'
import { Session, type World } from '../../src/lib/session.svelte'
import type { Saying, Speaker } from '../../src/lib/voice/speaker'
import { PublishError, type PublishOptions } from '../../src/lib/whip'
// @ts-expect-error: see protocol.test.ts
import * as fx from '../look/fixture.mjs'

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

function stage(publish: World['publish'] = async () => ({ close: () => undefined })) {
  let events: EventsOptions | undefined
  const sent: ToServer[] = []
  const said: Saying[] = []
  const did: string[] = []
  let now = 1_000_000
  let up = true
  let afterwards: (() => void) | undefined
  let found: Outcome | Error = { kind: 'running' }
  const world: World = {
    events: (o) => {
      events = o
      return { send: (m) => up && sent.push(m) > 0, sendPicture: () => true, hurry: () => undefined, close: () => did.push('closed') }
    },
    publish,
    pictures: () => {
      did.push('pictures')
      return { stop: () => did.push('pictures stopped') }
    },
    outcome: async () => {
      if (found instanceof Error) throw found
      return found
    },
    forget: () => did.push('forgotten'),
    wallMs: () => now,
    wait: async () => undefined,
    later: (_, what) => void (afterwards = what),
  }
  const speaker = { say: (s: Saying) => said.push(s), withdraw: (id: string) => did.push(`withdrawn ${id}`), silence: () => undefined } as unknown as Speaker
  const session = new Session(fx.opened as Opened, {} as MediaStream, {} as HTMLVideoElement, speaker, world)
  return {
    session, sent, said, did,
    hear: (message: object) => events?.onMessage(parse(JSON.stringify(message)) as FromServer),
    events: () => events as EventsOptions,
    cut: (away: boolean) => (up = !away),
    at: (ms: number) => (now = ms),
    now: () => now,
    afterwards: () => afterwards?.(),
    finds: (outcome: Outcome | Error) => (found = outcome),
  } // prettier-ignore
}

const cue = (now: number, change = {}) => ({
  type: 'cue', seq: 1, t_s: 4, capture_ms: now - 100, id: 9, code: 'roller_too_low', severity: 'safety', text: 'Up', hint: 'h', say: 'Bring it up',
  started_ms: 3500, value: null, limit: null, unit: null, ...change,
}) // prettier-ignore

describe('a lost connection', () => {
  it('keeps pain and stop until they can be sent, and nothing else', () => {
    const s = stage()
    s.cut(true)
    s.session.pause()
    s.session.pain(8)
    s.session.stop()
    expect(s.sent).toEqual([])
    s.cut(false)
    s.events().onLink('up')
    expect(s.sent).toEqual([{ type: 'pain', value: 8 }, { type: 'stop' }])
    s.events().onLink('up')
    expect(s.sent).toHaveLength(2)
  })
})

describe('what is shown', () => {
  it('follows the state', () => {
    const s = stage()
    s.hear(fx.state({ phase: 'paused', phase_reason: 'sat_up', banner: fx.cues.hips }))
    expect(s.session.phase).toBe('paused')
    expect(s.session.phaseReason).toBe('sat_up')
    expect(s.session.banner?.code).toBe('hips_not_lifted')
    s.hear(fx.state({ banner: null }))
    expect(s.session.banner).toBeNull()
  })

  it('a cue is on the banner at once and spoken with the time of its frame', () => {
    const s = stage()
    s.hear(cue(s.now()))
    expect(s.session.banner).toMatchObject({ id: 9, text: 'Up', since_s: 3.5 })
    expect(s.said).toEqual([{ id: 'cue-9', text: 'Bring it up', urgency: 'safety', at: s.now() - 100 }])
  })

  it('a capture time of another clock is not believed', () => {
    const s = stage()
    s.hear(cue(s.now(), { capture_ms: s.now() + 5000 }))
    s.hear(cue(s.now(), { id: 10, capture_ms: 5 }))
    s.hear(cue(s.now(), { id: 11, capture_ms: null }))
    expect(s.said.map((x) => x.at)).toEqual([s.now(), s.now(), s.now()])
  })

  it('a cleared cue goes from the banner and from the queue, another stays', () => {
    const s = stage()
    s.hear(cue(s.now()))
    s.hear({ type: 'cue_clear', seq: 2, t_s: 5, capture_ms: null, id: 8, code: 'jerky' })
    expect(s.session.banner?.id).toBe(9)
    s.hear({ type: 'cue_clear', seq: 3, t_s: 5, capture_ms: null, id: 9, code: 'roller_too_low' })
    expect(s.session.banner).toBeNull()
    expect(s.did).toContain('withdrawn cue-9')
  })

  it('the delay is the time from capture to now', () => {
    const s = stage()
    s.hear(fx.state({ capture_ms: s.now() - 84 }))
    expect(s.session.delayMs).toBe(84)
  })

  it('in set-up each line that turns green is said once', () => {
    const s = stage()
    const setup = [{ id: 'light', state: 'ok', text: 'Light', say: 'The light is good.' }]
    s.hear(fx.state({ phase: 'setup', setup }))
    s.hear(fx.state({ phase: 'setup', setup }))
    expect(s.said.map((x) => x.text)).toEqual(['The light is good.'])
  })
})

describe('the way of the camera', () => {
  it('is WebRTC where that works', async () => {
    const s = stage()
    await settle()
    expect(s.session.transport).toBe('webrtc')
  })

  it('falls back to pictures after two tries', async () => {
    const publish = vi.fn(async () => {
      throw new PublishError('connect', 'no way')
    })
    const s = stage(publish)
    await settle()
    expect(publish).toHaveBeenCalledTimes(2)
    expect(s.session.transport).toBe('jpeg')
    expect(s.did).toEqual(['pictures'])
  })

  it('tries WebRTC again later, and leaves the pictures when it works', async () => {
    let works = false
    const s = stage(async () => {
      if (!works) throw new PublishError('connect', 'no way')
      return { close: () => undefined }
    })
    await settle()
    works = true
    s.afterwards()
    await settle()
    expect(s.session.transport).toBe('webrtc')
    expect(s.did).toEqual(['pictures', 'pictures stopped'])
  })

  it('falls back at once where there is no WebRTC', async () => {
    const publish = vi.fn(async () => {
      throw new PublishError('unsupported', 'none')
    })
    const s = stage(publish)
    await settle()
    expect(publish).toHaveBeenCalledTimes(1)
    expect(s.session.transport).toBe('jpeg')
  })

  it('waits for a server that cannot be reached, instead of falling back', async () => {
    let tries = 0
    const s = stage(async () => {
      if (++tries <= 5) throw new ApiError(0, 'unreachable', 'no network')
      return { close: () => undefined }
    })
    await settle()
    expect(s.session.transport).toBe('webrtc')
    expect(s.did).toEqual([])
  })

  it('a publication that is lost is published anew, into the same check', async () => {
    const lost: (() => void)[] = []
    const paths: string[] = []
    const s = stage(async (o: PublishOptions) => {
      lost.push(o.onLost)
      paths.push(o.path)
      return { close: () => undefined }
    })
    await settle()
    lost[0]?.()
    expect(s.session.transport).toBe('none')
    await settle()
    expect(s.session.transport).toBe('webrtc')
    expect(paths).toEqual([fx.opened.whip, fx.opened.whip])
  })
})

describe('how it ends', () => {
  it('with the summary, and the way is closed', async () => {
    const s = stage()
    await settle()
    s.hear(fx.state({ phase: 'ended', phase_reason: 'stopped' }))
    s.hear(fx.summaryNews())
    expect(s.session.ending).toMatchObject({ kind: 'summary', pain: false, reason: null, summary: { passes: 6 } })
    expect(s.session.transport).toBe('none')
    expect(s.did).toContain('closed')
  })

  it('says why, when the server ended it', () => {
    const s = stage()
    s.hear(fx.state({ phase: 'ended', phase_reason: 'drain' }))
    s.hear(fx.summaryNews())
    expect(s.session.ending).toMatchObject({ reason: 'drain' })
  })

  it.each([
    ['6 or more', [6], true],
    ['2 over the first', [2, 4], true],
    ['1 over the first', [2, 3], false],
    ['5 at once', [5], false],
  ])('pain of %s', (_, values, stops) => {
    const s = stage()
    const answers = values.map((v) => s.session.pain(v))
    expect(answers.at(-1)).toBe(stops)
    expect(s.sent).toEqual(values.map((value) => ({ type: 'pain', value })))
    s.hear(fx.summaryNews())
    expect(s.session.ending).toMatchObject({ pain: stops })
  })

  it('a fatal error ends it with the server’s words, another does not', () => {
    const s = stage()
    s.hear({ type: 'error', seq: 1, t_s: null, capture_ms: null, code: 'too_many', message: 'Slower, please.', fatal: false })
    expect(s.session.ending).toBeNull()
    expect(s.session.complaint?.message).toBe('Slower, please.')
    s.hear({ type: 'error', seq: 2, t_s: null, capture_ms: null, code: 'stuck', message: 'It hangs.', fatal: true })
    expect(s.session.ending).toEqual({ kind: 'error', id: 'ended', detail: 'It hangs.' })
  })
})

describe('a connection that was lost', () => {
  it('comes back while the check runs', async () => {
    const s = stage()
    await expect(s.events().mayReturn()).resolves.toBe(true)
    expect(s.session.ending).toBeNull()
  })

  it('shows the summary if the check has ended meanwhile', async () => {
    const s = stage()
    s.finds({ kind: 'ended', raw: fx.summary })
    await expect(s.events().mayReturn()).resolves.toBe(false)
    expect(s.session.ending).toMatchObject({ kind: 'summary', summary: { passes: 6 } })
  })

  it('says so if the server has forgotten the check', async () => {
    const s = stage()
    s.finds({ kind: 'gone' })
    await expect(s.events().mayReturn()).resolves.toBe(false)
    expect(s.session.ending).toMatchObject({ kind: 'error', id: 'gone' })
  })

  it('a summary that cannot be read is a failure, not a crash', async () => {
    const s = stage()
    s.finds({ kind: 'ended', raw: { nonsense: 1 } })
    await expect(s.events().mayReturn()).resolves.toBe(false)
    expect(s.session.ending).toMatchObject({ kind: 'error', id: 'failed' })
  })
})

it('places the roller at the time of the state that was seen', () => {
  const s = stage()
  s.session.placeRoller(1.04, 2, 3)
  s.hear(fx.state({ t_s: 12.5 }))
  s.session.placeRoller(380.26, 261.7, 19.95)
  expect(s.sent).toEqual([
    { type: 'place_roller', x: 1, y: 2, radius: 3, t_s: null },
    { type: 'place_roller', x: 380.3, y: 261.7, radius: 20, t_s: 12.5 },
  ])
})

it('leaving makes the server forget the check', () => {
  const s = stage()
  s.session.dispose()
  expect(s.did).toContain('forgotten')
})

describe('a plan', () => {
  it('what it says is spoken and shown, and goes after a while', () => {
    const s = stage()
    s.hear(fx.step({ say: 'Now the right side', text: 'Right side' }))
    expect(s.said.at(-1)).toMatchObject({ text: 'Now the right side', urgency: 'guide' })
    expect(s.session.step?.text).toBe('Right side')
    s.afterwards()
    expect(s.session.step).toBeNull()
  })
  it('is over once it says so, unless somebody goes back', () => {
    const s = stage()
    s.hear(fx.step({ kind: 'finished' }))
    expect(s.session.finished).toBe(true)
    s.hear(fx.step({ kind: 'intro' }))
    expect(s.session.finished).toBe(false)
  })
  it('goes on, back and begins by command', () => {
    const s = stage()
    s.session.next()
    s.session.skip()
    s.session.back()
    expect(s.sent).toEqual([{ type: 'next' }, { type: 'skip' }, { type: 'back' }])
  })
  it('the roller on the lower back is counted as often as it is told', () => {
    const s = stage()
    s.hear(cue(s.now()))
    s.hear(cue(s.now(), { id: 10, code: 'jerky', severity: 'pace' }))
    s.hear(cue(s.now(), { id: 11 }))
    expect(s.session.tooLow).toBe(2)
  })
})

describe('calibration', () => {
  it('is asked for and answered', () => {
    const s = stage()
    s.session.calibrate('scapula')
    expect(s.sent).toEqual([{ type: 'calibrate', kind: 'scapula' }])
    expect(s.session.calibration).toBeNull()
    s.hear(fx.calibrated('scapula'))
    expect(s.session.calibration).toMatchObject({ kind: 'scapula', done: true })
    expect(s.said.at(-1)?.text).toBe('Got it.')
  })
  it('what is not ready is said with the server’s words', () => {
    const s = stage()
    s.session.calibrate('hips_down')
    s.hear(fx.notReady())
    expect(s.session.calibration).toMatchObject({ kind: 'hips_down', done: false, text: expect.stringContaining('Lie still') })
    expect(s.session.complaint).toBeNull()
  })
  it('another complaint is not its answer', () => {
    const s = stage()
    s.session.calibrate('scapula')
    s.hear({ ...fx.notReady(), code: 'bad_message' })
    expect(s.session.calibration).toBeNull()
    expect(s.session.complaint?.code).toBe('bad_message')
  })
})
