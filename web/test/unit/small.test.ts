import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { largest } from '../../src/lib/attach'
import { ApiError, refusal } from '../../src/lib/api'
import { backoff } from '../../src/lib/backoff'
import { cameraFault, cameraHindrance } from '../../src/lib/camera'
import { Events, type Link } from '../../src/lib/events'
import { clock, fileName } from '../../src/lib/format'
import { hotkeyOf } from '../../src/lib/hotkeys'
import { pictureSize } from '../../src/lib/jpeg'
import { defaults, read } from '../../src/lib/preferences'
import { preferred } from '../../src/lib/whip'

describe('format', () => {
  it.each([[0, '0:00'], [9.9, '0:09'], [61, '1:01'], [3600, '60:00'], [-3, '0:00']])('%d s is %s', (s, text) => expect(clock(s)).toBe(text))
  it('file names are tame', () => expect(fileName('rollwell', new Date(2026, 10, 3, 7, 5))).toBe('rollwell-2026-11-03-0705.json'))
})

describe('fitting text', () => {
  it.each([[0, 20], [20, 20], [57, 57], [132, 132], [999, 132]])('room for %i px gives %i', (room, wanted) => {
    expect(largest(20, 132, (px) => px <= room)).toBe(wanted)
  })
})

describe('codecs', () => {
  const codec = (mimeType: string, sdpFmtpLine?: string) => (sdpFmtpLine ? { mimeType, sdpFmtpLine } : { mimeType })
  it('H.264 baseline in mode 1 first, VP8 next, all others kept in order', () => {
    const all = [
      codec('video/VP8'),
      codec('video/rtx'),
      codec('video/VP9', 'profile-id=0'),
      codec('video/H264', 'packetization-mode=0;profile-level-id=42e01f'),
      codec('video/H264', 'packetization-mode=1;profile-level-id=4d001f'),
      codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
    ]
    expect(preferred(all)).toEqual([all[5], all[4], all[3], all[0], all[1], all[2]])
  })
})

describe('camera', () => {
  it.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'none'],
    ['OverconstrainedError', 'none'],
    ['NotReadableError', 'busy'],
    ['SomethingElse', 'other'],
  ])('%s means %s', (name, fault) => expect(cameraFault(name)).toBe(fault))
  it('tells an unsafe address from a browser that cannot', () => {
    expect(cameraHindrance({ isSecureContext: false, navigator: {} })).toBe('insecure')
    expect(cameraHindrance({ isSecureContext: true, navigator: {} })).toBe('unsupported')
    expect(cameraHindrance({ isSecureContext: true, navigator: { mediaDevices: {} } })).toBeNull()
  })
})

describe('pictures of the fallback', () => {
  it.each([[1280, 720, 640, 360], [640, 360, 640, 360], [320, 240, 320, 240], [720, 1280, 360, 640], [1, 1, 2, 2]])('%i×%i is sent as %i×%i', (w, h, sw, sh) => {
    expect(pictureSize(w, h)).toEqual([sw, sh])
  })
})

describe('refusals', () => {
  const answer = (status: number, body: unknown, headers = {}) => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
  it('speak in the server’s words', async () => {
    const e = await refusal(answer(503, { error: { code: 'server_full', message: 'All full.', retry_after_s: 20 } }))
    expect(e).toBeInstanceOf(ApiError)
    expect([e.status, e.code, e.message, e.retryAfterS]).toEqual([503, 'server_full', 'All full.', 20])
  })
  it('of somebody in between are readable, too', async () => {
    const e = await refusal(answer(503, '<html>', { 'Retry-After': '7' }))
    expect([e.code, e.retryAfterS]).toEqual(['http', 7])
  })
})

describe('keys', () => {
  const press = (key: string, tagName = 'BODY', more = {}) =>
    hotkeyOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: { tagName } as unknown as EventTarget, ...more })
  it('work anywhere', () => expect([press(' '), press('M'), press('p'), press('r'), press('x')]).toEqual(['space', 'm', 'p', 'r', null]))
  it('but not where somebody writes', () => expect(press('p', 'INPUT')).toBeNull())
  it('space belongs to a button that has the focus', () => expect([press(' ', 'BUTTON'), press('m', 'BUTTON')]).toEqual([null, 'm']))
  it('shortcuts of the browser stay its own', () => expect([press('p', 'BODY', { ctrlKey: true }), press('r', 'BODY', { repeat: true })]).toEqual([null, null]))
})

describe('preferences', () => {
  it('read back what was written', () => {
    const p = { ...defaults, diameter: 13, length: 45, voice: { muted: true, volume: 0.5, rate: 1.2 }, language: 'de' }
    expect(read(JSON.stringify(p))).toEqual(p)
  })
  it.each([[null], ['nonsense'], ['[]'], ['null'], ['{"diameter":99,"length":-4,"voice":{"volume":7,"rate":"x"}}']])('%s gives what is usual', (text) => {
    expect(read(text)).toEqual(defaults)
  })
})

describe('the websocket', () => {
  class Socket {
    static all: Socket[] = []
    readyState = 0
    bufferedAmount = 0
    sent: unknown[] = []
    onopen: (() => void) | null = null
    onmessage: ((e: { data: unknown }) => void) | null = null
    onclose: ((e: { code: number; reason: string }) => void) | null = null
    constructor(
      readonly url: string,
      readonly protocols: string[],
    ) {
      Socket.all.push(this)
    }
    send(data: unknown) {
      this.sent.push(data)
    }
    close() {
      this.readyState = 3
    }
    opens() {
      this.readyState = 1
      this.onopen?.()
    }
    drops(code: number, reason = '') {
      this.readyState = 3
      this.onclose?.({ code, reason })
    }
  }
  let links: Link[]
  let closed: [number, string][]
  let again: () => Promise<boolean>
  const connect = () =>
    new Events({
      path: '/api/sessions/A/events',
      token: 'secret',
      onMessage: () => undefined,
      onLink: (l) => links.push(l),
      onClosed: (code, reason) => closed.push([code, reason]),
      mayReturn: () => again(),
      open: (url, protocols) => new Socket(url, protocols) as unknown as WebSocket,
    })
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('location', { href: 'https://rollwell.example/' })
    Socket.all = []
    links = []
    closed = []
    again = async () => true
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('keeps the secret out of the address', () => {
    connect()
    expect(Socket.all[0]?.url).toBe('wss://rollwell.example/api/sessions/A/events')
    expect(Socket.all[0]?.protocols).toEqual(['rollwell.v1', 'token.secret'])
  })
  it('comes back after a loss, later each time, and at once after a message', async () => {
    connect()
    Socket.all[0]?.opens()
    Socket.all[0]?.drops(1006)
    await vi.advanceTimersByTimeAsync(361)
    Socket.all[1]?.drops(1006)
    await vi.advanceTimersByTimeAsync(361)
    expect(Socket.all).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(400)
    expect(Socket.all).toHaveLength(3)
    Socket.all[2]?.opens()
    Socket.all[2]?.onmessage?.({ data: '{"type":"later"}' })
    Socket.all[2]?.drops(1008, 'too slow')
    await vi.advanceTimersByTimeAsync(361)
    expect(Socket.all).toHaveLength(4)
    expect(links.slice(0, 4)).toEqual(['connecting', 'up', 'reconnecting', 'reconnecting'])
  })
  it('takes a long silence for a loss, though nobody has closed', async () => {
    connect()
    Socket.all[0]?.opens()
    await vi.advanceTimersByTimeAsync(4000)
    Socket.all[0]?.onmessage?.({ data: '{"type":"later"}' })
    await vi.advanceTimersByTimeAsync(4000)
    expect(Socket.all).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1400)
    expect(Socket.all).toHaveLength(2)
    expect(links.at(-2)).toBe('reconnecting')
  })
  it('stays away when the check is over', async () => {
    again = async () => false
    connect()
    Socket.all[0]?.drops(1006)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(Socket.all).toHaveLength(1)
    expect(closed).toEqual([[1006, '']])
  })
  it('goes on trying while nobody answers', async () => {
    again = async () => Promise.reject(new Error('no network'))
    connect()
    Socket.all[0]?.drops(1006)
    await vi.advanceTimersByTimeAsync(400)
    expect(Socket.all).toHaveLength(2)
  })
  it('a normal close is the end', async () => {
    connect()
    Socket.all[0]?.drops(1000, 'done')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(closed).toEqual([[1000, 'done']])
    expect(Socket.all).toHaveLength(1)
  })
  it('what cannot be read is counted, not thrown', () => {
    const quiet = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const events = connect()
    Socket.all[0]?.onmessage?.({ data: 'nonsense' })
    expect(events.malformed).toBe(1)
    quiet.mockRestore()
  })
  it('sends only where somebody listens, and drops pictures on a full line', () => {
    const events = connect()
    expect(events.send({ type: 'start' })).toBe(false)
    const socket = Socket.all[0] as Socket
    socket.opens()
    expect(events.send({ type: 'start' })).toBe(true)
    socket.bufferedAmount = 200
    expect(events.sendPicture(new ArrayBuffer(1), 100)).toBe(false)
    expect(socket.sent).toEqual(['{"type":"start"}'])
  })
})

describe('backoff', () => {
  it('doubles up to five seconds', () => {
    expect([0, 1, 2, 10, 1000].map((n) => backoff(n, () => 0.5))).toEqual([300, 600, 1200, 5000, 5000])
  })
  it('spreads', () => expect([backoff(0, () => 0), backoff(0, () => 1)]).toEqual([240, 360]))
})
