// Serves the built page and made-up sessions, for measuring. What the server does is tested with the server.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers } from './answers.mjs'

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist')
const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'"

/** @returns {Promise<{url: string, close: () => void}>} */
export async function serveReview(sessions) {
  const answer = answers(sessions)
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { pathname } = new URL(request.url, 'http://x')
    const found = answer({ method: request.method, path: pathname, range: request.headers.range, body })
    if (found) {
      response.writeHead(found.status, found.headers)
      return response.end(found.body)
    }
    try {
      const name = pathname === '/' ? '/index.html' : path.normalize(pathname)
      const file = readFileSync(path.join(dist, name))
      response.writeHead(200, { 'Content-Type': kinds[path.extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': policy })
      response.end(file)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}
