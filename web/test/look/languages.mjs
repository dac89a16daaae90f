// The look in other languages than English. The scenes name buttons in English; what the server says is English too, so
// in another language it is replaced by sentences as long as the server's may be (internal/words, internal/exercise).
import { readFileSync } from 'node:fs'

const wordsOf = (language) => JSON.parse(readFileSync(new URL(`../../src/words/${language}.json`, import.meta.url), 'utf8'))

// In its own words each language has about the longest that its coach says: 60 characters, and 160 for the hint.
const longest = {
  de: {
    text: 'Roll langsamer und bleib zwischen Schulterblatt und Rippen.',
    hint: 'Der untere Rücken hat keine Rippen, die die Last tragen; darum kehrst du am unteren Rand des Brustkorbs um. Ist er steif, roll lieber die Hüfte und das Gesäß.',
  },
  fr: {
    text: 'Ralentis et reste entre les omoplates et les côtes basses.',
    hint: 'Le bas du dos n’a pas de côtes pour porter la charge ; fais donc demi-tour au bas de la cage thoracique. S’il est raide, roule plutôt les hanches et les fessiers.',
  },
  es: {
    text: 'Ve más despacio y quédate entre omóplatos y costillas bajas.',
    hint: 'La zona lumbar no tiene costillas que aguanten la carga, así que da la vuelta al final de las costillas. Si está rígida, rueda mejor la cadera y los glúteos.',
  },
  'pt-BR': {
    text: 'Vá mais devagar e fique entre as escápulas e as costelas.',
    hint: 'A lombar não tem costelas para aguentar a carga, por isso volte quando o rolo chegar ao fim das costelas. Se estiver dura, role antes o quadril e os glúteos.',
  },
  'zh-Hans': {
    text: '慢一点，泡沫轴保持在肩胛骨和下肋之间，不要滚到下背和脖子。',
    hint: '下背没有肋骨来承受重量，所以泡沫轴到了肋骨底部就要往回滚。如果下背发僵、发酸，不要直接滚它，去滚髋部和臀部的肌肉，再做些轻柔的活动，比如猫牛式、骨盆倾斜和婴儿式，效果更好也更安全。',
  },
}

/** Makes a page's locators understand English names in a language, and returns what says a message in it. */
export function spoken(page, language) {
  if (language === 'en') return (message) => message
  const translation = new Map()
  const pair = (from, to) => {
    if (typeof from === 'string') translation.set(from.replace('_one', ''), to)
    else for (const key of Object.keys(from)) pair(from[key], to[key] ?? to[key.replace('_one', '_other')])
  }
  pair(wordsOf('en'), wordsOf(language))
  const said = (name) => {
    if (typeof name !== 'string') return name
    const whole = translation.get(name)
    if (whole) return whole.replace('{{count, number}}', '1')
    // Names may be told by their beginning.
    const begun = [...translation].find(([from]) => from.startsWith(name))
    return begun ? begun[1] : name
  }
  for (const find of ['getByRole', 'getByLabel']) {
    const original = page[find].bind(page)
    page[find] = find === 'getByRole' ? (role, o) => original(role, o && { ...o, name: said(o.name) }) : (label, o) => original(said(label), o)
  }
  return (message) => replaced(message, longest[language])
}

// Whatever is shown of a banner, a notice or a line of the guide.
function replaced(node, by) {
  if (Array.isArray(node)) return node.map((child) => replaced(child, by))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, typeof child === 'string' && child !== '' && key in by ? by[key] : replaced(child, by)]),
  )
}
