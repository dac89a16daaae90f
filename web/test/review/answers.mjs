// Answers the library's requests for made-up sessions as the server does. For pictures and for measuring only: what is
// kept, and whether it is kept, is tested with the real server.
import { readFileSync } from 'node:fs'

/**
 * @param {Record<string, ReturnType<typeof import('./sessions.mjs').clipSession>>} sessions by id
 * @returns {(request: {method: string, path: string, range?: string, body?: string}) => {status: number, headers: Record<string, string>, body: Buffer | string} | null}
 */
export function answers(sessions) {
  const json = (value, status = 200) => ({ status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) })
  const files = new Map()
  const read = (file) => files.get(file) ?? files.set(file, readFileSync(file)).get(file)
  let next = 1
  return ({ method, path, range, body }) => {
    const [, id, what, item] = /^\/api\/library\/sessions\/([^/?]+)(?:\/([a-z]+))?(?:\/([^/?]+))?/.exec(path) ?? []
    const session = sessions[id]
    if (path.startsWith('/api/library/jobs')) return json({ jobs: [] })
    if (!id) return null
    if (!session) return json({ error: { code: 'not_found', message: 'There is no such session.' } }, 404)
    const { opened } = session
    if (!what) return json(opened)
    if (what === 'track') return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: session.track }
    if (what === 'video') return part(read(session.video), range)
    if (what !== 'notes' && what !== 'marks') return json({ error: { code: 'not_found', message: 'Not here.' } }, 404)
    if (method === 'POST') {
      const made = { id: `N${next++}`, ...JSON.parse(body) }
      opened[what].push(made)
      return json(made, 201)
    }
    const at = opened[what].findIndex((n) => n.id === item)
    if (method === 'DELETE') opened[what].splice(at, 1)
    else Object.assign(opened[what][at], JSON.parse(body))
    return method === 'DELETE' ? { status: 204, headers: {}, body: '' } : json(opened[what][at])
  }
}

// A part of a file, as browsers ask for videos.
function part(file, range) {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '')
  const from = asked ? Number(asked[1]) : 0
  const to = asked?.[2] ? Math.min(Number(asked[2]), file.length - 1) : file.length - 1
  return {
    status: asked ? 206 : 200,
    headers: { 'Content-Type': 'video/mp4', 'Accept-Ranges': 'bytes', 'Content-Length': String(to - from + 1), ...(asked ? { 'Content-Range': `bytes ${from}-${to}/${file.length}` } : {}) },
    body: file.subarray(from, to + 1),
  }
}
