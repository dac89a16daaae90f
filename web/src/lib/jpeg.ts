// The fallback where WebRTC cannot connect: small JPEG pictures over the websocket.

import { packPicture } from './protocol'

export const jpegWidth = 640
export const jpegRate = 8
const quality = 0.6
const bytesMax = 256 * 1024
// More than two pictures on the way mean that the line is too slow for the rate.
const waitingMax = 120 * 1024

export interface Pictures {
  stop(): void
}

/** The size to send: 640 pixels along the longer side at most, never larger than the source, even numbers. */
export function pictureSize(width: number, height: number): [number, number] {
  const k = Math.min(1, jpegWidth / Math.max(width, height, 1))
  const even = (v: number): number => Math.max(2, 2 * Math.round((v * k) / 2))
  return [even(width), even(height)]
}

/** Sends pictures of the video until it is stopped. */
export function sendPictures(
  video: HTMLVideoElement,
  send: (packed: ArrayBuffer, waitingMax: number) => boolean,
): Pictures {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { alpha: false })
  let busy = false
  const shoot = (): void => {
    if (busy || !context || video.readyState < 2 || video.videoWidth === 0) return
    const [w, h] = pictureSize(video.videoWidth, video.videoHeight)
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]
    const captureMs = performance.timeOrigin + performance.now()
    context.drawImage(video, 0, 0, w, h)
    busy = true
    canvas.toBlob(
      (blob) => {
        busy = false
        if (!blob || blob.size + 8 > bytesMax) return
        void blob.arrayBuffer().then((bytes) => send(packPicture(captureMs, bytes), waitingMax))
      },
      'image/jpeg',
      quality,
    )
  }
  const timer = setInterval(shoot, 1000 / jpegRate)
  return { stop: () => clearInterval(timer) }
}
