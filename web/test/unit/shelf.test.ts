import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { everything } from '../../src/library/query'
import { Shelf } from '../../src/library/shelf.svelte'
import { fullness } from '../../src/library/storage'

const A = 'A'.repeat(26)
const B = 'B'.repeat(26)
const session = (id: string, change = {}) => ({ id, kind: 'upload', state: 'ready', title: 'One', created: '2026-11-30T10:00:00Z', keep: 'video', tags: ['a'], ...change })
const listing = (sessions: unknown[], total = sessions.length) => ({ sessions, total, usage: { bytes: 1, budget: 10, free: 100 } })

/** A server of which each request is told, and answered by the first rule that fits. */
function serverOf(rules: [RegExp, (body: unknown) => [number, unknown]][]) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const line = `${init.method ?? 'GET'} ${path}`
    if (init.signal?.aborted) throw new DOMException('', 'AbortError')
    asked.push(line)
    const [status, body] = rules.find(([form]) => form.test(line))?.[1](init.body ? JSON.parse(String(init.body)) : null) ?? [404, {}]
    return new Response(status === 204 ? null : JSON.stringify(body), { status })
  })
  return asked
}
const noJobs: [RegExp, () => [number, unknown]] = [/GET .*jobs/, () => [200, { jobs: [] }]]
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { hidden: false, documentElement: { lang: 'en' } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the shelf', () => {
  it('lists, and looks again soon while something moves', async () => {
    let state = 'analysing'
    const asked = serverOf([noJobs, [/GET/, () => [200, listing([session(A, { state })])]]])
    const shelf = new Shelf(everything)
    await settle()
    expect(shelf.page?.sessions[0]?.state).toBe('analysing')
    state = 'ready'
    await vi.advanceTimersByTimeAsync(1600)
    expect(shelf.page?.sessions[0]?.state).toBe('ready')
    const before = asked.length
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked.length).toBe(before)
    await vi.advanceTimersByTimeAsync(16_000)
    expect(asked.length).toBe(before + 2)
    shelf.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked.length).toBe(before + 2)
  })

  it('asks once when typing has paused, from the first page on', async () => {
    const noted: string[] = []
    const asked = serverOf([noJobs, [/GET/, () => [200, listing([session(A)], 200)]]])
    const shelf = new Shelf({ ...everything, offset: 60 }, (q) => noted.push(q.q))
    await settle()
    for (const q of ['a', 'an', 'ann']) shelf.type(q)
    await vi.advanceTimersByTimeAsync(300)
    expect(asked.filter((l) => l.includes('sessions'))).toHaveLength(2)
    expect(asked.at(-2)).toContain('q=ann')
    expect(asked.at(-2)).toContain('offset=0')
    expect(noted).toEqual(['a', 'an', 'ann'])
    shelf.close()
  })

  it('takes the answer to the last question only', async () => {
    const answers: ((r: Response) => void)[] = []
    vi.stubGlobal('fetch', (path: string) => (path.includes('jobs') ? Promise.resolve(new Response('{"jobs":[]}')) : new Promise((resolve) => answers.push(resolve))))
    const shelf = new Shelf(everything)
    shelf.ask({ tag: 'b' })
    answers[1]?.(new Response(JSON.stringify(listing([session(B)]))))
    await settle()
    answers[0]?.(new Response(JSON.stringify(listing([session(A)]))))
    await settle()
    expect(shelf.page?.sessions.map((s) => s.id)).toEqual([B])
    shelf.close()
  })

  it('goes back to the last page that there is', async () => {
    const asked = serverOf([noJobs, [/offset=120/, () => [200, listing([], 61)]], [/GET/, () => [200, listing([session(A)], 61)]]])
    const shelf = new Shelf({ ...everything, offset: 120 })
    await settle()
    expect(shelf.query.offset).toBe(60)
    expect(asked.some((l) => l.includes('offset=60'))).toBe(true)
    shelf.close()
  })

  it('deletes with a way back', async () => {
    const gone = new Set<string>()
    const asked = serverOf([
      noJobs,
      [/DELETE/, () => (gone.add(A), [200, { undo_until: '2026-12-07T00:00:00Z' }])],
      [/undelete/, () => (gone.delete(A), [200, session(A)])],
      [/GET/, () => [200, listing([A, B].filter((id) => !gone.has(id)).map((id) => session(id)))]],
    ])
    const shelf = new Shelf(everything)
    await settle()
    shelf.pick(A, true)
    await shelf.delete([A])
    expect(shelf.page?.sessions.map((s) => s.id)).toEqual([B])
    expect(shelf.picked.size).toBe(0)
    expect(shelf.news.map((n) => [n.kind, n.count])).toEqual([['deleted', 1]])
    shelf.news[0]?.undo?.()
    await settle()
    expect(shelf.page?.sessions.map((s) => s.id)).toEqual([A, B])
    expect(asked.filter((l) => !l.startsWith('GET'))).toEqual([`DELETE /api/library/sessions/${A}`, `POST /api/library/sessions/${A}/undelete`])
    shelf.close()
  })

  it('picks all between two', async () => {
    const ids = ['A', 'B', 'C', 'D'].map((c) => c.repeat(26))
    serverOf([noJobs, [/GET/, () => [200, listing(ids.map((id) => session(id)))]]])
    const shelf = new Shelf(everything)
    await settle()
    const [a, b, c, d] = ids as [string, string, string, string]
    shelf.pick(d, true, true)
    expect([...shelf.picked]).toEqual([d])
    shelf.pick(b, true, true)
    expect([...shelf.picked].toSorted()).toEqual([b, c, d])
    shelf.pick(c, false)
    expect([...shelf.picked].toSorted()).toEqual([b, d])
    shelf.pickAll(true)
    expect(shelf.picked.size).toBe(4)
    shelf.pick(a, false, true)
    expect([...shelf.picked]).toEqual([d])
    shelf.close()
  })

  it('says in the server’s words what did not work, and changes nothing', async () => {
    serverOf([noJobs, [/PATCH/, () => [422, { error: { code: 'title', message: 'The title is too long.' } }]], [/GET/, () => [200, listing([session(A)])]]])
    const shelf = new Shelf(everything)
    await settle()
    expect(await shelf.change(A, { title: 'x' })).toBe(false)
    expect(shelf.page?.sessions[0]?.title).toBe('One')
    expect(shelf.news.map((n) => [n.kind, n.detail])).toEqual([['failed', 'The title is too long.']])
    shelf.close()
  })

  it('adds tags to those that are there', async () => {
    const sent: unknown[] = []
    serverOf([noJobs, [/PATCH/, (body) => (sent.push(body), [200, session(A)])], [/GET/, () => [200, listing([session(A), session(B, { tags: ['new'] })])]]])
    const shelf = new Shelf(everything)
    await settle()
    await shelf.tag(shelf.page?.sessions ?? [], ['new'])
    expect(sent).toEqual([{ tags: ['a', 'new'] }])
    shelf.close()
  })

  it('asks for the access code where the server wants one', async () => {
    serverOf([[/./, () => [401, { error: { code: 'unauthorised', message: 'No code.' } }]]])
    const shelf = new Shelf(everything)
    await settle()
    expect([shelf.locked, shelf.problem]).toEqual([true, null])
    shelf.close()
  })

  it('keeps what it has while the server cannot be reached', async () => {
    let up = true
    vi.stubGlobal('fetch', async (path: string) => {
      if (!up) throw new TypeError('network')
      return new Response(JSON.stringify(path.includes('jobs') ? { jobs: [] } : listing([session(A)])))
    })
    const shelf = new Shelf(everything)
    await settle()
    up = false
    await shelf.load()
    expect([shelf.page?.total, shelf.problem?.code]).toEqual([1, 'unreachable'])
    up = true
    await vi.advanceTimersByTimeAsync(21_000)
    expect(shelf.problem).toBe(null)
    shelf.close()
  })
})

describe('storage', () => {
  it.each([
    [{ bytes: 10e9, budget: 50e9, free: 100e9 }, 'fine', 50e9],
    [{ bytes: 43e9, budget: 50e9, free: 100e9 }, 'nearly', 50e9],
    [{ bytes: 49.5e9, budget: 50e9, free: 100e9 }, 'full', 50e9],
    [{ bytes: 10e9, budget: 50e9, free: 0.5e9 }, 'nearly', 10.5e9],
    [{ bytes: 10e9, budget: 0, free: 90e9 }, 'fine', 100e9],
    [{ bytes: 0, budget: 0, free: 0 }, 'full', 0],
  ])('%j is %s', (usage, level, limit) => expect(fullness(usage)).toMatchObject({ level, limit }))
})
