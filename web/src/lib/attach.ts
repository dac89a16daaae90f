// Attachments: small behaviours that elements get with {@attach …}.

import type { Attachment } from 'svelte/attachments'

/** Plays a stream in a video element. */
export function play(stream: MediaStream | null): Attachment<HTMLVideoElement> {
  return (video) => {
    video.srcObject = stream
    void video.play().catch(() => undefined)
    return () => {
      video.srcObject = null
    }
  }
}

/** The largest whole size between lo and hi that fits, or lo. fits(size) is true up to some size and false above. */
export function largest(lo: number, hi: number, fits: (size: number) => boolean): number {
  let [low, high] = [Math.floor(lo), Math.floor(hi)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Makes text as large as its parent allows, between so many px. The text is an argument so that a new one is measured
 * anew.
 */
export function fitText(_text: string, min: number, max: number): Attachment<HTMLElement> {
  return (node) => {
    const box = node.parentElement
    if (!box) return
    const run = (): void => {
      const { clientWidth: width, clientHeight: height } = box
      if (width === 0 || height === 0) return
      const size = largest(min, max, (px) => {
        node.style.fontSize = `${px}px`
        return node.scrollWidth <= width && node.scrollHeight <= height
      })
      node.style.fontSize = `${size}px`
    }
    run()
    const watcher = new ResizeObserver(run)
    watcher.observe(box)
    return () => watcher.disconnect()
  }
}
