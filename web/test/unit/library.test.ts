import { describe, expect, it } from 'vitest'
import { listingAt } from '../../src/lib/library'
import { parseRoute, to } from '../../src/lib/route.svelte'
import { everything, narrowed, readQuery, writeQuery } from '../../src/library/query'
import { bytes, day, daysUntil, inDays, span } from '../../src/library/say'

const A = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const B = '234567ABCDEFGHIJKLMNOPQRST'

describe('the address', () => {
  it.each([
    ['', { kind: 'check' }],
    ['#', { kind: 'check' }],
    ['#main', { kind: 'check' }],
    ['#token=secret', { kind: 'check' }],
    ['#/library?x=1&token=secret', { kind: 'check' }],
    ['#/nowhere', { kind: 'check' }],
    ['#/library/more', { kind: 'check' }],
    [`#/session/${A}`, { kind: 'session', id: A, t: null }],
    [`#/session/${A}?t=12.3`, { kind: 'session', id: A, t: 12.3 }],
    [`#/session/${A}?t=`, { kind: 'session', id: A, t: null }],
    [`#/session/${A}?t=-1`, { kind: 'session', id: A, t: null }],
    [`#/session/${A}?t=x`, { kind: 'session', id: A, t: null }],
    [`#/session/${A.toLowerCase()}`, { kind: 'check' }],
    ['#/session/../../etc/passwd', { kind: 'check' }],
    [`#/compare/${A}/${B}`, { kind: 'compare', a: A, b: B }],
    [`#/compare/${A}`, { kind: 'check' }],
  ])('%s', (hash, route) => expect(parseRoute(hash)).toEqual(route))
  it('is read back as it was written', () => {
    expect(parseRoute(to.session(A, 61.239))).toEqual({ kind: 'session', id: A, t: 61.24 })
    expect(parseRoute(to.session(A))).toEqual({ kind: 'session', id: A, t: null })
    const route = parseRoute(to.library({ q: 'a&b? token=x', tag: '' }))
    expect(route.kind === 'library' && [...route.query]).toEqual([['q', 'a&b? token=x']])
    expect(parseRoute(to.trends({ exercise: 'lats' })).kind).toBe('trends')
  })
})

describe('a listing', () => {
  it('stands in the address with what is not as usual', () => {
    expect(writeQuery(everything)).toEqual({ q: '', exercise: '', tag: '', kind: '', state: '', trash: '', sort: '', order: '', page: '' })
    const query = { ...everything, q: 'Anna', kind: 'upload' as const, sort: 'score' as const, order: 'desc' as const, trash: true, offset: 120 }
    expect(readQuery(new URLSearchParams(Object.entries(writeQuery(query)).filter(([, v]) => v)))).toEqual(query)
  })
  it('of nonsense is as usual', () => {
    expect(readQuery(new URLSearchParams('kind=film&sort=size&order=up&page=-3&state=lost&trash=yes'))).toEqual(everything)
  })
  it('begins with the worst when it goes by score, and with A when it goes by title', () => {
    expect([readQuery(new URLSearchParams('sort=score')).order, readQuery(new URLSearchParams('sort=title')).order]).toEqual(['asc', 'asc'])
  })
  it('is asked for with what is wanted only', () => {
    expect(listingAt({ ...everything, q: 'ä b' })).toBe('/api/library/sessions?q=%C3%A4+b&sort=created&order=desc&limit=60&offset=0')
    expect(listingAt({ trash: true })).toBe('/api/library/sessions?trash=1')
  })
  it('knows whether it looks for something', () => expect([narrowed(everything), narrowed({ ...everything, tag: 'a' })]).toEqual([false, true]))
})

describe('the library says', () => {
  const now = new Date('2026-11-30T12:00:00Z')
  it.each([[0, '0 kB'], [1400, '1 kB'], [3_200_000, '3.2 MB'], [320e6, '320 MB'], [1.44e9, '1.4 GB'], [2e12, '2 TB']])('%i bytes as %s', (n, text) => expect(bytes('en', n)).toBe(text))
  it.each([[3, '3 sec'], [0, '1 sec'], [61, '1 min'], [5000, '83 min'], [7200, '2 hr']])('%i s as %s', (s, text) => expect(span('en', s)).toBe(text))
  it('days until something goes', () => {
    expect([daysUntil('2026-12-12T11:00:00Z', now), daysUntil('2026-11-30T12:30:00Z', now), daysUntil('2026-11-01T00:00:00Z', now)]).toEqual([12, 1, 0])
    expect(daysUntil(inDays(30, now), now)).toBe(30)
  })
  it('the year only where it is another one', () => {
    expect(day('en', '2026-11-12T10:00:00Z', now)).not.toContain('2026')
    expect(day('en', '2025-11-12T10:00:00Z', now)).toContain('2025')
    expect(day('en', 'nonsense', now)).toBe('')
  })
})
