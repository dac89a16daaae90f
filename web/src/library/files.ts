// What is known of a file before it is sent: whether it can be a clip at all. The server looks at it for real.

/** The most that the server takes: 4 GB. */
export const maxBytes = 4 * 1024 ** 3

export type Fault = 'empty' | 'too_large' | 'not_video' | 'unreadable'

/** What a browser is to offer for choosing. */
export const accepted = 'video/mp4,video/quicktime,video/webm,video/x-matroska,.mp4,.m4v,.mov,.webm,.mkv,application/json,.json'

/** Whether a file is a session that was exported as JSON, and no clip. */
export const isDocument = (file: File): boolean => file.type === 'application/json' || /\.json$/i.test(file.name)

// An MP4 or MOV begins with one of these boxes, a WebM or MKV with the mark of EBML.
const boxes = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'])
const ebml = [0x1a, 0x45, 0xdf, 0xa3]

/** What is wrong with a file, or null. */
export async function faultOf(file: Blob): Promise<Fault | null> {
  if (file.size === 0) return 'empty'
  if (file.size > maxBytes) return 'too_large'
  try {
    const head = new Uint8Array(await file.slice(0, 8).arrayBuffer())
    const box = String.fromCharCode(...head.slice(4))
    return boxes.has(box) || ebml.every((byte, i) => head[i] === byte) ? null : 'not_video'
  } catch {
    // It was taken away, or is a folder.
    return 'unreadable'
  }
}

/** A title made of a file's name. */
export const titleOf = (name: string): string => name.replace(/\.[a-z0-9]{2,4}$/i, '').replaceAll('_', ' ').trim().slice(0, 200) || name

const hashedUpTo = 200e6

/** The SHA-256 of a file as hex, computed aside. Null for one that is too large to wait for, or that cannot be read. */
export function digestOf(file: Blob): Promise<string | null> {
  if (file.size > hashedUpTo) return Promise.resolve(null)
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' })
    const end = (digest: string | null): void => {
      worker.terminate()
      resolve(digest)
    }
    worker.onmessage = ({ data }: MessageEvent<string | null>) => end(data)
    worker.onerror = () => end(null)
    worker.postMessage(file)
  })
}
