// What the address asks for. Everything behind # is the page's own, so a link can be kept, sent and gone back from:
//   #/library?q=…   #/trends?exercise=…   #/session/ID?t=12.3   #/compare/ID1/ID2
// Anything else is the live check, and so is an address with an access code (#token=…), which app.svelte.ts takes.

export type Route =
  | { kind: 'check' }
  | { kind: 'library'; query: URLSearchParams }
  | { kind: 'trends'; query: URLSearchParams }
  | { kind: 'session'; id: string; t: number | null }
  | { kind: 'compare'; a: string; b: string }

// The form of a session's id: the server takes no other.
const id = /^[A-Z2-7]{26}$/

/** Reads what follows the # of an address. */
export function parseRoute(hash: string): Route {
  const rest = hash.replace(/^#/, '')
  const [path = '', search = ''] = rest.split(/\?(.*)/s)
  const query = new URLSearchParams(search)
  const parts = path.split('/')
  if (!rest.startsWith('/') || new URLSearchParams(rest).has('token')) return { kind: 'check' }
  const [, screen, first = '', second = ''] = parts
  if (screen === 'library' && parts.length === 2) return { kind: 'library', query }
  if (screen === 'trends' && parts.length === 2) return { kind: 'trends', query }
  if (screen === 'session' && parts.length === 3 && id.test(first)) return { kind: 'session', id: first, t: moment(query.get('t')) }
  if (screen === 'compare' && parts.length === 4 && id.test(first) && id.test(second)) return { kind: 'compare', a: first, b: second }
  return { kind: 'check' }
}

function moment(text: string | null): number | null {
  const t = Number(text)
  return text !== null && text.trim() !== '' && Number.isFinite(t) && t >= 0 ? t : null
}

const queried = (path: string, query: Record<string, string>): string => {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return text ? `${path}?${text}` : path
}

/** The addresses to link to. */
export const to = {
  check: '#',
  library: (query: Record<string, string> = {}): string => queried('#/library', query),
  trends: (query: Record<string, string> = {}): string => queried('#/trends', query),
  session: (session: string, t: number | null = null): string => queried(`#/session/${session}`, { t: t === null ? '' : String(Math.round(t * 100) / 100) }),
  compare: (a: string, b: string): string => `#/compare/${a}/${b}`,
} as const

/** Follows the address, but for while held says that the present screen must not be left. */
export class Router {
  current = $state.raw<Route>({ kind: 'check' })

  constructor(held: () => boolean) {
    this.current = parseRoute(location.hash)
    window.addEventListener('hashchange', () => {
      if (held()) this.note(to.check)
      else this.current = parseRoute(location.hash)
    })
  }

  go(address: string): void {
    location.hash = address
  }

  /** Writes into the address how a screen stands, so that coming back finds it so. It leads nowhere. */
  note(address: string): void {
    history.replaceState(history.state, '', address)
  }
}
