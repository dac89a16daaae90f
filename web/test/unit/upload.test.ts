import { describe, expect, it } from 'vitest'
import { faultOf, maxBytes, titleOf } from '../../src/library/files'
import { Pace } from '../../src/library/pace'
import { sentenceOf } from '../../src/library/uploads.svelte'

const box = (name: string) => new Blob([new Uint8Array([0, 0, 0, 24]), name, 'isom and more'])

describe('a file before it is sent', () => {
  it.each(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'])('may begin with the box %s', async (name) => expect(await faultOf(box(name))).toBe(null))
  it('may be WebM or MKV', async () => expect(await faultOf(new Blob([new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3, 4])]))).toBe(null))
  it.each(['milk, bread', 'RIFF....AVI ', '\u0089PNG....', 'PK\u0003\u0004....', 'abc'])('may not be %j, whatever its name', async (text) => expect(await faultOf(new Blob([text]))).toBe('not_video'))
  it('may not be empty', async () => expect(await faultOf(new Blob([]))).toBe('empty'))
  it('may not be larger than 4 GB', async () => {
    expect(await faultOf({ size: maxBytes + 1 } as Blob)).toBe('too_large')
  })
  it('may have gone', async () => {
    const gone = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) }) } as unknown as Blob
    expect(await faultOf(gone)).toBe('unreadable')
  })
  it.each([['IMG_4711.MOV', 'IMG 4711'], ['a.b.mp4', 'a.b'], ['week 3', 'week 3'], ['.mp4', '.mp4'], ['x'.repeat(300), 'x'.repeat(200)]])('%s is titled %s', (name, title) => expect(titleOf(name)).toBe(title))
})

describe('the pace of an upload', () => {
  it('is that of the last seconds', () => {
    const pace = new Pace()
    pace.add(0, 0)
    expect(pace.rate).toBe(null)
    pace.add(100, 100)
    expect(pace.rate).toBe(null)
    for (let s = 1; s <= 20; s++) pace.add(s < 10 ? s * 1000 : 10_000 + (s - 10) * 5000, s * 1000)
    expect(pace.rate).toBe(5000)
  })
  it('is not that of what was there already', () => {
    const pace = new Pace()
    pace.add(1e9, 0)
    pace.add(1e9 + 2000, 1000)
    expect(pace.rate).toBe(2000)
  })
  it('begins anew where something has to be sent again', () => {
    const pace = new Pace()
    pace.add(5000, 0)
    pace.add(9000, 1000)
    pace.add(6000, 2000)
    expect(pace.rate).toBe(null)
    pace.add(7000, 3000)
    expect(pace.rate).toBe(1000)
  })
  it('is not known while nothing moves', () => {
    const pace = new Pace()
    pace.add(10, 0)
    pace.add(10, 5000)
    expect(pace.rate).toBe(null)
  })
})

describe('the server’s sentence', () => {
  it.each([
    ['{"error":{"code":"full","message":"The library is full."}}', 'The library is full.'],
    ['{"error":"x"}', ''],
    ['maximum size exceeded\n', 'maximum size exceeded'],
    ['<html><body>Bad gateway</body></html>', ''],
    ['', ''],
  ])('of %s', (body, sentence) => expect(sentenceOf(body)).toBe(sentence))
})
