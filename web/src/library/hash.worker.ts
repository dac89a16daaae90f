// Computes the SHA-256 of a file part by part, so that a clip of any size takes little memory. Null if it cannot be read.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

self.onmessage = async ({ data }: MessageEvent<Blob>) => {
  try {
    const hash = sha256.create()
    const reader = data.stream().getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) hash.update(part.value)
    self.postMessage(bytesToHex(hash.digest()))
  } catch {
    self.postMessage(null)
  }
}
