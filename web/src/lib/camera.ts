// The camera: asking for it, choosing one, and what can go wrong.

export type CameraFault = 'insecure' | 'unsupported' | 'refused' | 'none' | 'busy' | 'ended' | 'other'

export class CameraError extends Error {
  constructor(
    readonly fault: CameraFault,
    message: string,
  ) {
    super(message)
    this.name = 'CameraError'
  }
}

export interface CameraChoice {
  deviceId?: string
  facing?: 'user' | 'environment'
}

export interface Camera {
  id: string
  label: string
}

/** What a failure of getUserMedia means to the person. */
export function cameraFault(name: string): CameraFault {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused'
    case 'NotFoundError':
    case 'OverconstrainedError':
    case 'DevicesNotFoundError':
      return 'none'
    case 'NotReadableError':
    case 'AbortError':
    case 'TrackStartError':
      return 'busy'
    default:
      return 'other'
  }
}

/** Whether this page may use a camera at all. */
export function cameraHindrance(w: { isSecureContext: boolean; navigator: { mediaDevices?: unknown } }): CameraFault | null {
  if (!w.isSecureContext) return 'insecure'
  return w.navigator.mediaDevices ? null : 'unsupported'
}

/** Opens a camera: 1280×720 at 30 frames a second where it can. Throws CameraError. */
export async function openCamera(choice: CameraChoice): Promise<MediaStream> {
  const hindrance = cameraHindrance(window)
  if (hindrance) throw new CameraError(hindrance, 'this page may not use a camera')
  const video: MediaTrackConstraints = {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30 },
    ...(choice.deviceId ? { deviceId: { exact: choice.deviceId } } : {}),
    ...(choice.facing && !choice.deviceId ? { facingMode: { ideal: choice.facing } } : {}),
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false })
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : ''
    throw new CameraError(cameraFault(name), cause instanceof Error ? cause.message : String(cause))
  }
}

/** The cameras of this device. Their names are known only after permission has been given. */
export async function listCameras(): Promise<Camera[]> {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter((d) => d.kind === 'videoinput').map((d) => ({ id: d.deviceId, label: d.label }))
}

/** Lets go of the camera, so that its light goes out. */
export function release(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop())
}
