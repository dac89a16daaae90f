// A browser whose camera is a file: a clip of testdata, its first picture held still for a while before it begins.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { root } from './server.mjs'

/** How long the clip's first picture is held, in seconds: time to go through the page's screens. */
export const HELD = 30

/**
 * Makes the camera's file for a clip of testdata/clips, once.
 * @param {string} clip name without its extension
 * @returns {string} path of the MJPEG file, 640×360, which the browser plays at 30 pictures a second, whatever it was made at, and
 *   repeats without end
 */
function footage(clip) {
  const folder = path.join(root, 'build/e2e')
  const file = path.join(folder, `${clip}.mjpeg`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const unfinished = `${file}.part`
  execFileSync('ffmpeg', [
    '-v', 'error', '-y', '-i', path.join(root, 'testdata/clips', `${clip}.mp4`),
    '-vf', `tpad=start_mode=clone:start_duration=${HELD},fps=30`, '-c:v', 'mjpeg', '-q:v', '2', '-f', 'mjpeg', unfinished,
  ])
  renameSync(unfinished, file)
  return file
}

/**
 * The roller's near end in a clip's first picture, from its truth.
 * @param {string} clip
 * @returns {{x: number, y: number, radius: number}} in pixels of the picture
 */
export function rollerOf(clip) {
  const lines = gunzipSync(readFileSync(path.join(root, 'testdata/clips', `${clip}.jsonl.gz`))).toString()
  const near = JSON.parse(lines.slice(0, lines.indexOf('\n'))).roller.near
  return { x: near.px[0], y: near.px[1], radius: near.radius_px }
}

/**
 * Opens a browser with that clip as its camera.
 * @param {string|null} clip null for a machine without a camera
 * @param {{args?: string[], context?: object, allow?: boolean}} options allow: the person lets the page use the camera
 */
export async function browse(clip, { args = [], context = {}, allow = true } = {}) {
  const camera = clip
    ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${footage(clip)}`]
    : []
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      ...(allow ? ['--use-fake-ui-for-media-stream'] : ['--deny-permission-prompts']),
      '--autoplay-policy=no-user-gesture-required',
      ...camera,
      ...args,
    ],
  })
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context })).newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`)
  })
  return { browser, page, complaints }
}
