// Publishing the camera with WHIP (RFC 9725): one POST with the offer, the answer comes back, DELETE ends it.

import { bearer, call } from './api'

export interface Publication {
  /** Ends it, and tells the server unless it has ended the check itself. */
  close(tell?: boolean): void
}

export interface PublishOptions {
  stream: MediaStream
  path: string
  token: string
  iceServers: RTCIceServer[]
  /** For how long to wait for a connection before giving up, in ms. */
  connectMs?: number
  /** The connection is gone, after it had been there. Called once. */
  onLost(): void
}

/** Why a publication did not come about. "connect": the network does not let media through. */
export class PublishError extends Error {
  constructor(
    readonly kind: 'unsupported' | 'connect',
    message: string,
  ) {
    super(message)
    this.name = 'PublishError'
  }
}

// The header extension that carries the capture time; it has to be asked for.
const captureTime = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time'

// For how long a connection may be out before it counts as lost: Wi-Fi hiccups are shorter.
const outMax = 2500

interface Extension {
  uri: string
  direction: RTCRtpTransceiverDirection
}
interface ExtensionTransceiver extends RTCRtpTransceiver {
  getHeaderExtensionsToNegotiate?(): Extension[]
  setHeaderExtensionsToNegotiate?(extensions: Extension[]): void
}

/**
 * Publishes the video track. Resolves once media can flow; throws ApiError when the server refuses and PublishError
 * when there is no way to it.
 */
export async function publish(o: PublishOptions): Promise<Publication> {
  if (typeof RTCPeerConnection === 'undefined') throw new PublishError('unsupported', 'no RTCPeerConnection')
  const track = o.stream.getVideoTracks()[0]
  if (!track) throw new PublishError('connect', 'no video track')
  track.contentHint = 'motion'
  const peer = new RTCPeerConnection({ iceServers: o.iceServers, bundlePolicy: 'max-bundle' })
  let location: string | null = null
  const close = (tell = true): void => {
    peer.onconnectionstatechange = null
    peer.close()
    if (tell && location) void fetch(location, { method: 'DELETE', headers: bearer(o.token), keepalive: true }).catch(() => undefined)
    location = null
  }
  try {
    prepare(peer.addTransceiver(track, { direction: 'sendonly', streams: [o.stream] }))
    await peer.setLocalDescription(await peer.createOffer())
    await gathered(peer, 1000)
    const answer = await call(o.path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...bearer(o.token) },
      body: peer.localDescription?.sdp ?? '',
    })
    const found = answer.headers.get('Location')
    location = found && new URL(found, window.location.href).origin === window.location.origin ? found : null
    await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
    await connected(peer, o.connectMs ?? 8000)
  } catch (cause) {
    close()
    throw cause
  }
  watch(peer, () => {
    close()
    o.onLost()
  })
  return { close }
}

/** Puts H.264 first and VP8 second, and asks for the capture time. */
function prepare(transceiver: ExtensionTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities?.('video')?.codecs
  if (codecs && 'setCodecPreferences' in transceiver) transceiver.setCodecPreferences(preferred(codecs))
  try {
    const offered = transceiver.getHeaderExtensionsToNegotiate?.()
    if (!offered) return
    transceiver.setHeaderExtensionsToNegotiate?.(
      offered.map((e) => (e.uri === captureTime ? { ...e, direction: 'sendrecv' } : e)),
    )
  } catch {
    // Without the extension the server measures from arrival.
  }
}

/** The order of codecs to offer: H.264 in single NAL units or fragments (mode 1) costs the browser least. */
export function preferred<C extends { mimeType: string; sdpFmtpLine?: string }>(codecs: C[]): C[] {
  const rank = (c: C): number => {
    const name = c.mimeType.toLowerCase()
    if (name === 'video/h264') {
      const line = c.sdpFmtpLine ?? ''
      if (!line.includes('packetization-mode=1')) return 2
      return /profile-level-id=42e0/i.test(line) ? 0 : 1
    }
    return name === 'video/vp8' ? 3 : 4
  }
  return codecs
    .map((codec, i) => ({ codec, i }))
    .sort((a, b) => rank(a.codec) - rank(b.codec) || a.i - b.i)
    .map(({ codec }) => codec)
}

function gathered(peer: RTCPeerConnection, longest: number): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      peer.removeEventListener('icegatheringstatechange', look)
      resolve()
    }
    const look = (): void => {
      if (peer.iceGatheringState === 'complete') done()
    }
    const timer = setTimeout(done, longest)
    peer.addEventListener('icegatheringstatechange', look)
  })
}

function connected(peer: RTCPeerConnection, longest: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (fault: string | null): void => {
      clearTimeout(timer)
      peer.onconnectionstatechange = null
      if (fault === null) resolve()
      else reject(new PublishError('connect', fault))
    }
    const timer = setTimeout(() => end(`no connection after ${longest} ms`), longest)
    const look = (): void => {
      if (peer.connectionState === 'connected') end(null)
      else if (peer.connectionState === 'failed' || peer.connectionState === 'closed') end(`connection ${peer.connectionState}`)
    }
    peer.onconnectionstatechange = look
    look()
  })
}

function watch(peer: RTCPeerConnection, lost: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  peer.onconnectionstatechange = () => {
    clearTimeout(timer)
    if (peer.connectionState === 'failed' || peer.connectionState === 'closed') lost()
    else if (peer.connectionState === 'disconnected') timer = setTimeout(lost, outMax)
  }
}
