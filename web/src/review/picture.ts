// The pictures of a video, each drawn together with its own time.

/**
 * Draws the picture that a video shows at this moment, and tells its media time; null where the browser cannot do that,
 * and then the video itself is to be seen. Browsers show a new picture a moment before or after they tell of it, and an
 * overlay that is drawn when they tell is one picture off now and then. A picture that is taken with its own time and
 * drawn in the same turn as its overlay never is.
 */
export function drawPicture(video: HTMLVideoElement, on: HTMLCanvasElement | null): number | null {
  const g = on?.getContext('2d', { alpha: false })
  if (!g || typeof VideoFrame === 'undefined') return null
  let frame: VideoFrame | null = null
  try {
    frame = new VideoFrame(video)
    const { displayWidth: width, displayHeight: height, timestamp } = frame
    // Where a turned video is not turned here, the video itself is shown.
    if (width !== video.videoWidth || height !== video.videoHeight) return null
    if (g.canvas.width !== width || g.canvas.height !== height) [g.canvas.width, g.canvas.height] = [width, height]
    g.drawImage(frame, 0, 0, width, height)
    g.canvas.hidden = false
    return timestamp / 1e6
  } catch {
    g.canvas.hidden = true
    return null
  } finally {
    frame?.close()
  }
}
