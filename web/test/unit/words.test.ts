import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { problemIds } from '../../src/lib/problems'
import { chooseLanguage, directionOf, fetchWords, languages, Measures, usualUnits, wordFor, wordsOf, type Language, type Name } from '../../src/words'

const folder = join(import.meta.dirname, '../../src')
const files = readdirSync(join(folder, 'words')).filter((f) => f.endsWith('.json'))
const forms = ['zero', 'one', 'two', 'few', 'many', 'other']

/** Every sentence of a file by its whole name, plural forms and lines of a list included. */
function sentences(language: string): Map<string, string> {
  const all = new Map<string, string>()
  const walk = (node: unknown, name: string): void => {
    if (typeof node === 'string') all.set(name, node)
    else for (const [key, child] of Object.entries(node as object)) walk(child, name ? `${name}.${key}` : key)
  }
  walk(JSON.parse(readFileSync(join(folder, 'words', `${language}.json`), 'utf8')), '')
  return all
}
const formOf = (name: string): string | undefined => forms.find((f) => name.endsWith(`_${f}`))
const stemOf = (name: string): string => (formOf(name) ? name.slice(0, name.lastIndexOf('_')) : name)
const placeholders = (text: string): string[] => [...new Set(Array.from(text.matchAll(/{{([^},]*)/g), (m) => (m[1] ?? '').trim()))].sort()
const english = sentences('en')
const standing = Object.keys(new Measures('en', 'metric').standing())

/** All source text of the page but its tables of words. */
const sources = (function read(at: string): string[] {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return read(join(at, entry.name))
    return /\.(ts|svelte)$/.test(entry.name) ? [readFileSync(join(at, entry.name), 'utf8')] : []
  })
})(folder).join('\n')

describe('the files of words', () => {
  it('are there for every language', () => expect(files.sort()).toEqual(languages.map((l) => `${l}.json`).sort()))

  describe.each(languages)('%s', (language) => {
    const these = sentences(language)
    it('has every sentence, and no other', () => {
      const stems = (m: Map<string, string>) => [...new Set([...m.keys()].map(stemOf))].sort()
      expect(stems(these)).toEqual(stems(english))
    })
    it('has the plural forms of the language', () => {
      const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort()
      for (const stem of new Set([...these.keys()].filter(formOf).map(stemOf))) {
        const have = [...these.keys()].filter((n) => formOf(n) && stemOf(n) === stem).map((n) => formOf(n) as string)
        expect(have.sort(), stem).toEqual(wanted)
      }
    })
    it('has the same placeholders', () => {
      for (const [name, text] of these) {
        const model = english.get(name) ?? english.get(`${stemOf(name)}_other`) ?? ''
        // "One of these applies" may do without the number.
        const optional = formOf(name) && formOf(name) !== 'other' ? ['count'] : []
        const without = (list: string[]) => list.filter((p) => !optional.includes(p))
        expect(without(placeholders(text)), name).toEqual(without(placeholders(model)))
      }
    })
    it('has nothing empty, and nothing with spaces at its ends', () => {
      for (const [name, text] of these) expect(text.trim() === text && (text !== '' || english.get(name) === ''), name).toBe(true)
    })
    it('fits', () => {
      for (const [name, text] of these) expect(room(text), `${name}: ${text}`).toBeLessThanOrEqual(limitOf(name))
    })
    it('says what is spoken in two seconds, or five where there is time', () => {
      for (const [name, text] of these) if (name in spoken) expect(spokenS(language, text), `${name}: ${text}`).toBeLessThanOrEqual(spoken[name] as number)
    })
  })
})

/** Longest time to say, in s. */
const spoken: Record<string, number> = {
  'setup.countingSay': 4, 'setup.startedSay': 2, 'setup.heldSay': 2, 'camera.voiceSample': 4, 'painStop.say': 6,
} // prettier-ignore

// The room a text takes, in Latin letters: a Chinese character takes about two.
function room(text: string): number {
  return Array.from(text.replace(/{{.*?}}/g, '00'), (c) => (/\p{Script=Han}/u.test(c) ? 2 : 1)).reduce((sum, n) => sum + n, 0)
}

// Buttons, headings and words beside numbers have little room; the rest is read at rest.
function limitOf(name: string): number {
  if (/^(back|close|cancel|tryAgain|startOver)$|\.(next|change|again|start|startAnyway|wait|auto|resume|pause|end|endYes|endNo|mute|unmute|stopNow|download|summary|placeDone|turnAway|cancel)$/.test(name)) return 28
  if (/^check\.(calm|brisk|fast|low|lifted|unknown|speed|hips|passes|hold|holds|pain)$|^setup\.words\.|severities\.|pain\.(none|worst|green|amber|red)$/.test(name)) return 18
  if (/\.(title|[a-zA-Z]*Title)$/.test(name)) return 70
  if (/^setup\.(lieDown|allGreen|looking|settling|counting|held)$|check\.[a-z]*Hint$/.test(name)) return 110
  return 330
}

// 5.5 syllables or 5 Chinese characters a second, as on the server.
function spokenS(language: string, text: string): number {
  const bare = text.replace(/{{.*?}}/g, '').toLowerCase()
  if (language.startsWith('zh')) return (bare.match(/\p{Script=Han}/gu)?.length ?? 0) / 5
  return (bare.match(/[aeiouyáàâãäåæéèêëíìîïóòôõöøœúùûüÿ]+/g)?.length ?? 0) / 5.5
}

describe('the page and its words', () => {
  // A group may be read by a name that comes from elsewhere: w.problems[id].
  const readWhole = [...sources.matchAll(/\bw(?:ords)?(?:\(\))?\.((?:[a-zA-Z]+\.)*[a-zA-Z]+)(?=\[|\s*[,)}])/g)].map((m) => m[1] ?? '')
  it('leave no sentence unused', () => {
    // A list is read as a whole.
    const names = new Set([...english.keys()].map((name) => stemOf(name).replace(/\.\d+$/, '')))
    const used = (name: string): boolean =>
      sources.includes(`'${name}'`) ||
      new RegExp(`\\.${name.replaceAll('.', '\\.')}\\b`).test(sources) ||
      readWhole.some((group) => name.startsWith(`${group}.`))
    expect([...names].filter((name) => !used(name))).toEqual([])
  })
  it('read sentences with placeholders by name only', () => {
    for (const [full, text] of english) {
      if (!formOf(full) && placeholders(text).every((p) => standing.includes(p))) continue
      expect(sources, full).toContain(`'${stemOf(full)}'`)
      expect(new RegExp(`\\bw\\.${stemOf(full).replaceAll('.', '\\.')}\\b`).test(sources), full).toBe(false)
    }
  })
  it('give every placeholder its value', () => {
    const calls = [...sources.matchAll(/\bt\(\s*(?:[^,]*?\?\s*)?('[^{}]*?'),\s*{([^}]*)}\s*\)/g)]
    expect(calls.length).toBeGreaterThan(10)
    for (const [, named, values] of calls) {
      const given = (values ?? '').split(/,(?![^(]*\))/).map((v) => v.split(':')[0]?.trim()).filter(Boolean).sort() // prettier-ignore
      for (const [, name] of (named ?? '').matchAll(/'([^']+)'/g)) {
        const text = english.get(name ?? '') ?? english.get(`${name}_other`) ?? ''
        expect(given, name).toEqual(placeholders(text).filter((p) => !standing.includes(p)))
      }
    }
  })
})

describe('words in a language', () => {
  beforeAll(async () => {
    for (const language of languages) await fetchWords(language)
  })
  it('every problem has its screen', () => {
    for (const language of languages) {
      const { problems } = wordsOf(language)
      for (const id of problemIds) expect(problems[id].steps.length, id).toBeGreaterThan(0)
    }
  })
  it('count by the language’s rules, with its numbers', () => {
    const say = (language: Language, count: number) => wordsOf(language).t('screening.some', { count })
    expect(say('en', 1)).toBe('One of these applies to me')
    expect(say('en', 3)).toBe('3 of these apply to me')
    expect(say('en', 1200)).toBe('1,200 of these apply to me')
  })
  it('name lengths in the person’s units', () => {
    expect(wordsOf('en').camera.placement).toContain('2–3 m')
    expect(wordsOf('en', 'inches').camera.placement).toContain('7–10 ft')
    expect(wordsOf('en', 'inches').welcome.needs[1]).toContain('7–10 ft')
    expect(wordsOf('en').camera.otherLabel).toBe('Thickness in cm')
  })
  it('are English where a language has not been fetched, and for a name that nobody knows the name', () => {
    expect(wordsOf('xx' as Language).back).toBe('Back')
    expect(wordsOf('en').t('no.such' as Name, {})).toBe('no.such')
    expect(wordFor({ a: 'A' }, 'b')).toBe('b')
    expect(wordFor({ a: 'A' }, 'b', '')).toBe('')
  })
  it('direction', () => expect(['en', 'ar', 'he-IL', 'zh-Hans'].map(directionOf)).toEqual(['ltr', 'rtl', 'rtl', 'ltr']))
})

describe('the choice of a language', () => {
  it.each([
    [['', 'de-AT', 'en'], 'de'],
    [['pt-PT'], 'pt-BR'],
    [['zh-CN'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['zh-TW', 'fr'], 'fr'],
    [['zh-TW', 'ja'], 'zh-Hans'],
    [['pt-BR', 'en'], 'pt-BR'],
    [['xx', 'not a tag', 'es-419'], 'es'],
    [[], 'en'],
  ])('%j is %s', (wishes, language) => expect(chooseLanguage(wishes)).toBe(language))
  it.each([[['en-US'], 'inches'], [['de-DE', 'en-US'], 'metric'], [['de', 'en-US'], 'inches'], [['en-GB'], 'metric'], [['de'], 'metric'], [[], 'metric']])(
    '%j measures in %s', (wishes, units) => expect(usualUnits(wishes)).toBe(units),
  ) // prettier-ignore
})

describe('measures', () => {
  const en = new Measures('en', 'metric')
  const us = new Measures('en', 'inches')
  const de = new Measures('de', 'metric')
  it.each([[3.64, '3.6'], [-0.04, '0.0'], [9.94, '9.9'], [9.96, '10'], [12.4, '12'], [null, '–']])('a gauge shows %d as %s', (v, text) =>
    expect(en.gaugeSpeed(v)).toEqual({ value: text, unit: 'cm/s' }))
  it('in inches, and with the language’s comma', () => {
    expect(us.gaugeSpeed(5.08)).toEqual({ value: '2.0', unit: 'in/s' })
    expect(de.gaugeLength(3.64)).toEqual({ value: '3,6', unit: 'cm' })
    expect([en.length(15), us.length(15), us.lengthUnit]).toEqual(['15 cm', '5.9 in', 'in'])
    expect(us.toCm(us.fromCm(13))).toBeCloseTo(13)
  })
  it.each([[0, '0%'], [0.001, '1%'], [0.5, '50%'], [1, '100%'], [Number.NaN, '0%']])('share %d is %s', (v, text) => expect(en.percent(v)).toBe(text))
  it('times', () => {
    expect([en.seconds(5), en.milliseconds(84.4), en.number(1234.5, 1)]).toEqual(['5s', '84 ms', '1,234.5'])
    expect(new Measures('zh-Hans', 'metric').seconds(5)).toBe('5秒')
  })
})
