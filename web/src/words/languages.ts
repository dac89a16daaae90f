// Which languages there are, and which of them somebody wants.

/** The languages of page and server, as BCP 47 tags. */
export const languages = ['en', 'de', 'fr', 'es', 'pt-BR', 'zh-Hans'] as const
export type Language = (typeof languages)[number]

/** What each language calls itself. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  'pt-BR': 'Português (Brasil)',
  'zh-Hans': '简体中文',
}

/** A tag in all its parts (zh-CN is zh-Hans-CN), or null for what is no tag. */
export function wholeTag(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag.replaceAll('_', '-')).maximize()
  } catch {
    return null
  }
}

/** The language of ours that serves somebody best who wishes for these tags, the dearest first; English if none does. */
export function chooseLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const exact = languages.find((l) => l === wish)
    if (exact) return exact
    const wanted = wholeTag(wish)
    // Who reads traditional characters may prefer another of their languages to simplified ones.
    const found = languages.find((l) => wholeTag(l)?.language === wanted?.language && wholeTag(l)?.script === wanted?.script)
    if (found) return found
  }
  return wishes.some((wish) => wholeTag(wish)?.language === 'zh') ? 'zh-Hans' : 'en'
}

/** Languages that are written from right to left: none of ours yet. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return ['Arab', 'Hebr'].includes(wholeTag(language)?.script ?? '') ? 'rtl' : 'ltr'
}
