// A server with a library in a folder of its own, for tests of what is recorded.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root, serve } from './server.mjs'

/** A clip whose pictures carry their own number (testdata/counter_clip.sh), kept between runs. */
export function counterClip(kind, count = 150) {
  const folder = path.join(root, 'build/e2e')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `counter-${kind}-${count}.${kind.startsWith('webm') ? 'webm' : 'mp4'}`)
  execFileSync(path.join(root, 'testdata/counter_clip.sh'), [kind, file], { env: { ...process.env, COUNT: String(count) } })
  return file
}

/**
 * Adds clips to a new library as `rollwell library add` does, and serves it.
 * @param {{file: string, title: string}[]} clips
 * @returns the server, with the sessions' ids by title, get and stop
 */
export async function serveLibrary(clips) {
  const data = mkdtempSync(path.join(tmpdir(), 'rollwell-review-'))
  const models = path.join(root, 'models')
  for (const { file, title } of clips) execFileSync(path.join(root, 'build/rollwell'), ['library', 'add', '--data', data, '--models', models, '--model', 'lite', '--title', title, file], { stdio: 'pipe' })
  const server = await serve(['--data', data, '--model', 'lite'])
  const get = async (way) => await (await fetch(new URL(way, server.url))).json()
  const { sessions } = await get('/api/library/sessions')
  return {
    ...server,
    get,
    /** The data folder. */
    data,
    ids: Object.fromEntries(sessions.map((s) => [s.title, s.id])),
    /** Session times of the analysed frames, as track.bin has them. */
    async times(id) {
      const file = Buffer.from(await (await fetch(new URL(`/api/library/sessions/${id}/track`, server.url))).arrayBuffer())
      const header = JSON.parse(file.subarray(12, 12 + file.readUInt32LE(8)).toString())
      const { at } = header.columns.find((c) => c.name === 't')
      return Array.from({ length: header.frames }, (_, i) => file.readDoubleLE(at + 8 * i))
    },
    async stop() {
      const code = await server.stop()
      rmSync(data, { recursive: true, force: true })
      return code
    },
  }
}
