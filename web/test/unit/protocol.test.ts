import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020'
import { describe, expect, it } from 'vitest'
import { Malformed } from '../../src/lib/validate'
import { packPicture, parse, type ToServer } from '../../src/lib/protocol'
// @ts-expect-error: the fixtures are plain JavaScript, which the look script reads, too
import * as fx from '../look/fixture.mjs'

const schema = JSON.parse(readFileSync(new URL('../../../internal/push/protocol.schema.json', import.meta.url), 'utf8'))
const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addSchema(schema, 'protocol')
const fits = (side: string, message: unknown): string => {
  const check = ajv.getSchema(`protocol#/$defs/${side}`)
  if (!check) throw new Error(`the schema has no ${side}`)
  return check(message) ? '' : ajv.errorsText(check.errors)
}

const cue = {
  type: 'cue', seq: 7, t_s: 4.2, capture_ms: 1795406747955.5, id: 3, code: 'roller_too_low', severity: 'safety', text: 'Bring it up',
  hint: 'No ribs there', say: 'Bring the roller up', started_ms: 3900, value: 0.98, limit: 0.8, unit: 'probability',
} // prettier-ignore
const fromServer: Record<string, Record<string, unknown>> = {
  state: fx.state({ banner: fx.cues.lumbar }),
  'state before the first frame': fx.state({ t_s: null, capture_ms: null, size: null, frame: null, delays_ms: null, setup: [], connection: 'none', transport: 'none', rates: { received: null, analysed: 0 }, phase: 'setup', levels: [] }),
  'state of nobody': fx.state({ frame: { t: null, pose: null, roller: null, active: [], reading: { ...fx.frames.correct[0].reading, s: null, level: null, zone: null, speed_cm_s: null, state: 'unseen' } } }),
  cue,
  'cue without a measure': { ...cue, value: null, limit: null, unit: null, started_ms: null, t_s: null, capture_ms: null },
  cue_clear: { type: 'cue_clear', seq: 8, t_s: 5, capture_ms: null, id: 3, code: 'roller_too_low' },
  progress: fx.progress(),
  'state of a plan': fx.state({ plan: fx.planNow() }),
  'state of a plan in repetitions, at its end': fx.state({ phase_exercise: null, plan: fx.planNow({ aim: null, side: null, state: 'done', remaining_s: null, reps: 2, reps_target: 5, next: null }) }),
  step: fx.step(),
  'step without a side': fx.step({ kind: 'finished', side: null, say: '' }),
  calibrated: fx.calibrated(),
  'calibrated by the hips': fx.calibrated('hips_down'),
  'not ready': fx.notReady(),
  summary: fx.summaryNews(),
  error: { type: 'error', seq: 1, t_s: null, capture_ms: null, code: 'bad_message', message: 'Say it otherwise.', fatal: false },
}

describe('what the server says', () => {
  for (const [name, message] of Object.entries(fromServer)) {
    it(`${name}: the schema takes it, and so does the page`, () => {
      expect(fits('from_server', message)).toBe('')
      expect(parse(JSON.stringify(message))).toMatchObject({ type: message['type'], seq: message['seq'] })
    })
  }

  it('landmarks that are not known become NaN, other numbers stay', () => {
    const frame = structuredClone(fx.frames.correct[0])
    frame.pose.landmarks[0] = [1, null, 3, 0.5]
    const message = parse(JSON.stringify(fx.state({ frame })))
    if (message?.type !== 'state') throw new Error('no state')
    expect(message.frame?.pose?.landmarks[0]).toEqual([1, Number.NaN, 3, 0.5])
  })

  it('keeps the whole summary for the download, also what the page does not know', () => {
    const message = parse(JSON.stringify(fx.summaryNews({ something_new: 1 })))
    if (message?.type !== 'summary') throw new Error('no summary')
    expect(message.summary.raw).toMatchObject({ something_new: 1, frames: { received: 3800 } })
    expect(message.summary.read.passes).toBe(6)
  })

  it('types that a newer server may have are passed over', () => {
    expect(parse('{"type":"weather","seq":1}')).toBeNull()
    expect(parse('{"type":"toString","seq":1}')).toBeNull()
  })

  it.each([
    ['no JSON', 'nonsense', /JSON/],
    ['no object', '[]', /object/],
    ['no type', '{"seq":1}', /type/],
    ['a wrong phase', JSON.stringify(fx.state({ phase: 'dancing' })), /phase: expected one of setup/],
    ['a number as text', JSON.stringify({ ...cue, id: '3' }), /id: expected a number/],
    ['a landmark too short', JSON.stringify(fx.state({ frame: { ...fx.frames.correct[0], pose: { score: 1, landmarks: [[1, 2]] } } })), /landmarks\[0\]: expected 4 numbers/],
  ])('%s is malformed, and says where', (_, text, where) => {
    expect(() => parse(text)).toThrow(Malformed)
    expect(() => parse(text)).toThrow(where)
  })
})

describe('what the page says', () => {
  const messages: ToServer[] = [
    { type: 'start' },
    { type: 'pause' },
    { type: 'resume' },
    { type: 'stop' },
    { type: 'pain', value: 0 },
    { type: 'pain', value: 10 },
    { type: 'place_roller', x: 380.3, y: 261.7, radius: 19.9, t_s: 12.25 },
    { type: 'place_roller', x: 0, y: 0, radius: 5, t_s: null },
    { type: 'language', language: 'en' },
    { type: 'language', language: 'zh-Hans' },
    { type: 'pain', value: 3, when: 'after' },
    { type: 'next' },
    { type: 'skip' },
    { type: 'back' },
    { type: 'calibrate', kind: 'scapula' },
    { type: 'calibrate', kind: 'hips_down' },
  ]
  it.each(messages.map((m) => [JSON.stringify(m), m] as const))('%s fits the schema', (_, message) => {
    expect(fits('from_page', message)).toBe('')
  })

  it('the schema does tell wrong ones', () => {
    expect(fits('from_page', { type: 'pain', value: 11 })).not.toBe('')
    expect(fits('from_page', { type: 'dance' })).not.toBe('')
  })

  it('a picture carries its capture time in front, big-endian', () => {
    const packed = packPicture(1795406747955.25, new Uint8Array([0xff, 0xd8, 1]).buffer)
    expect(packed.byteLength).toBe(11)
    expect(new DataView(packed).getFloat64(0, false)).toBe(1795406747955.25)
    expect([...new Uint8Array(packed, 8)]).toEqual([0xff, 0xd8, 1])
  })
})
