// Starts the real program for a test and stops it again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/**
 * Starts `rollwell serve` on free ports of the loopback address.
 * @param {string[]} flags more flags
 * @param {string} [data] its data folder; without one it gets an empty one of its own, which goes with it
 * @returns {Promise<{url: string, log: () => string, metric: (name: string) => Promise<number>, stop: () => Promise<number|null>, kill: () => Promise<void>, pid: number, data: string}>}
 *   url is the address to open, log what it wrote to standard error, metric the sum over a metric's series, kill ends it
 *   as a loss of power would and leaves its data
 */
export async function serve(flags = [], data) {
  const folder = data ?? mkdtempSync(path.join(tmpdir(), 'rollwell-e2e-'))
  const child = spawn(
    path.join(root, 'build/rollwell'),
    ['serve', '--listen', '127.0.0.1:0', '--rtc-port', '0', '--models', path.join(root, 'models'), '--data', folder, ...flags],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text))
  const ended = once(child, 'exit')
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /https?:\/\/\S+/.exec(line)
      if (found) resolve(found[0])
    })
    ended.then(([code]) => reject(new Error(`rollwell serve ended with ${code} before it was ready:\n${log}`)))
    setTimeout(() => reject(new Error(`rollwell serve was not ready after 60 s:\n${log}`)), 60_000).unref()
  })
  return {
    url,
    pid: child.pid,
    data: folder,
    log: () => log,
    async metric(name) {
      const text = await (await fetch(new URL('/metrics', url))).text()
      return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce((sum, m) => sum + Number(m[1]), 0)
    },
    async stop() {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 20_000)
      const [code] = await ended
      clearTimeout(kill)
      if (data === undefined) rmSync(folder, { recursive: true, force: true })
      return code
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
