// The texts of the page. Each language is a file <language>.json in i18next's JSON format, version 4. What the coach and
// the set-up guide say comes from the server in the same language.
//
// To add a sentence: write it into all files at the same place. Components read it as `w.camera.title`. One with
// placeholders or plural forms is read by its name: `w.t('camera.unnamed', { n: 2 })`, `w.t('screening.some', { count })`.
//   "unnamed": "Camera {{n}}"
//   "some_one": "One of these applies", "some_other": "{{count, number}} of these apply"
// Plural forms are those of the language (CLDR): one and other; in French, Spanish and Portuguese many as well; in
// Chinese only other. {{cameraDistance}}, {{rollSpeed}} and {{lengthUnit}} may be used everywhere without giving them:
// they are in the person's units. `npm run check` finds what is missing in a language or misspelt in a component, and
// test/unit/words.test.ts what is unused, too long, or different in its placeholders.

import { createInstance, type i18n } from 'i18next'
import { Measures, type Units } from './measures'
import type { Language } from './languages'
import english from './en.json'

export * from './languages'
export * from './measures'

type Form = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other'

/** The sentences that need no values, in the shape of the files. */
export type Sentences<T = typeof english> = T extends string
  ? string
  : T extends readonly (infer E)[]
    ? readonly Sentences<E>[]
    : { readonly [K in keyof T as K extends `${string}_${Form}` ? never : K]: Sentences<T[K]> }

type Stem<K> = K extends `${infer S}_${Form}` ? S : K
/** The names of all sentences, plural forms taken together. */
export type Name<T = typeof english> = {
  [K in keyof T & string]: T[K] extends string ? Stem<K> : T[K] extends readonly unknown[] ? never : `${K}.${Name<T[K]>}`
}[keyof T & string]

export type Values = Record<string, string | number>

export type Words = Sentences & {
  /** A sentence with its placeholders filled; count chooses the plural form. */
  readonly t: (name: Name, values: Values) => string
  /** Numbers as this language writes them, lengths in this person's units. */
  readonly measure: Measures
}

type Table = Sentences
const tables: Partial<Record<Language, Table>> = { en: english }

// Languages other than English come when they are asked for: a page needs one of them.
const others: Record<Exclude<Language, 'en'>, () => Promise<{ default: Table }>> = {
  de: () => import('./de.json'),
  fr: () => import('./fr.json'),
  es: () => import('./es.json'),
  'pt-BR': () => import('./pt-BR.json'),
  'zh-Hans': () => import('./zh-Hans.json'),
}

/** Fetches the texts of a language. It fails without a network; what is there stays. */
export async function fetchWords(language: Language): Promise<void> {
  if (language !== 'en') tables[language] ??= (await others[language]()).default
}

/** The texts of a language that has been fetched, or English. */
export function wordsOf(language: Language, units: Units = 'metric'): Words {
  const table = tables[language]
  const spoken = table ? language : 'en'
  const measure = new Measures(spoken, units)
  const standing = measure.standing()
  const book = createInstance()
  void book.init({
    lng: spoken,
    fallbackLng: false,
    resources: { [spoken]: { translation: table ?? english } },
    interpolation: { escapeValue: false, defaultVariables: standing },
    initAsync: false,
  })
  const t = (name: string, values: Values): string => book.t(name, values)
  return { ...(filled(table ?? english, '', book, standing) as Sentences), t, measure }
}

// Fills in what is the same everywhere: the person's units. What has further placeholders is left for t.
function filled(node: unknown, name: string, book: i18n, standing: object): unknown {
  if (typeof node === 'string') {
    const named = Array.from(node.matchAll(/{{([^},]*)/g), (m) => m[1] ?? '')
    return named.length > 0 && named.every((n) => n in standing) ? book.t(name) : node
  }
  const inside = (key: string): string => (name ? `${name}.${key}` : key)
  if (Array.isArray(node)) return node.map((child, i) => filled(child, inside(String(i)), book, standing))
  return Object.fromEntries(Object.entries(node as object).map(([key, child]) => [key, filled(child, inside(key), book, standing)]))
}

/** The word for a name that comes from the server, or the name itself. */
export function wordFor(words: Readonly<Record<string, string>>, name: string, otherwise = name): string {
  return words[name] ?? otherwise
}
