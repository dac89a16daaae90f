// The look in other languages than English. The scenes name buttons in English; what the server says is English too, so
// in another language it is replaced by sentences as long as the server's are.
import { readFileSync } from 'node:fs'

const wordsOf = (language) => JSON.parse(readFileSync(new URL(`../../src/words/${language}.json`, import.meta.url), 'utf8'))

// About as long as the longest of the built-in exercises in each language, and a little longer.
const longest = {
  de: {
    text: 'Roll langsamer und bleib zwischen Schulterblatt und Rippen.',
    hint: 'Der untere Rücken hat keine Rippen, die die Last tragen. Ist er steif, roll lieber Hüfte und Gesäß.',
  },
  fr: {
    text: 'Ralentis et reste entre les omoplates et les côtes basses.',
    hint: 'Le bas du dos n’a pas de côtes pour porter la charge. S’il est raide, roule les hanches et les fessiers.',
  },
  es: {
    text: 'Ve más despacio y quédate entre omóplatos y costillas bajas.',
    hint: 'La zona lumbar no tiene costillas que aguanten la carga. Si está rígida, rueda la cadera y los glúteos.',
  },
  'pt-BR': {
    text: 'Vá mais devagar e fique entre as escápulas e as costelas.',
    hint: 'A lombar não tem costelas para aguentar a carga. Se estiver dura, role antes o quadril e os glúteos.',
  },
  'zh-Hans': {
    text: '慢一点，泡沫轴保持在肩胛骨和下肋之间。',
    hint: '下背没有肋骨来承受重量，到了肋骨底部就往回滚。下背发僵的话，去滚髋部和臀部。',
  },
}

/** Makes a page's locators understand English names in a language, and returns what says a message in it. */
export function spoken(page, language) {
  if (language === 'en') return (message) => message
  const pairs = []
  const pair = (from, to) => {
    if (typeof from === 'string') pairs.push([from, (to ?? '').replace('{{count, number}}', '1')])
    else for (const key of Object.keys(from)) pair(from[key], to[key] ?? to[key.replace('_one', '_other')])
  }
  pair(wordsOf('en'), wordsOf(language))
  // A name may be told by its beginning, and several sentences may begin like that.
  const said = (name, exact) => {
    const all = typeof name === 'string' && name.length > 2 ? pairs.filter(([from]) => (exact ? from === name : from.startsWith(name))).map(([, to]) => to) : []
    const plain = all.map((to) => to.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    return all.length ? new RegExp(exact ? `^(${plain})$` : plain) : name
  }
  const [byRole, byLabel] = [page.getByRole.bind(page), page.getByLabel.bind(page)]
  page.getByRole = (role, o = {}) => byRole(role, { ...o, name: said(o.name, o.exact) })
  page.getByLabel = (label, o) => byLabel(said(label, o?.exact), o)
  // Answers to what somebody does are waited for by their words.
  return (message) => (['state', 'cue', 'step'].includes(message.type) ? replaced(message, longest[language]) : message)
}

// Whatever is shown of a banner, a notice or a line of the guide.
function replaced(node, by) {
  if (Array.isArray(node)) return node.map((child) => replaced(child, by))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, typeof child === 'string' && child !== '' && key in by ? by[key] : replaced(child, by)]),
  )
}
