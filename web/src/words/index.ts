// The texts in the language of the page. Adding a language: a table of type Words in a file of its own, and a line here.

import { en, type Words } from './en'

export type { Words } from './en'

const tables: Record<string, Words> = { en }

/** The table of a language, or of its base ("pt" for "pt-BR"), or English. */
export function wordsOf(language: string): Words {
  return tables[language] ?? tables[language.split('-')[0] ?? ''] ?? en
}

/** Languages that are written from right to left. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return ['ar', 'fa', 'he', 'ur'].includes(language.split('-')[0] ?? '') ? 'rtl' : 'ltr'
}
