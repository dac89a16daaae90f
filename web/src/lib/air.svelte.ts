// The camera's way to the server: WebRTC, or small pictures where that cannot connect; comes back by itself.

import { ApiError, type Opened } from './api'
import { backoff } from './backoff'
import type { sendPictures, Pictures } from './jpeg'
import { PublishError, type Publication, type PublishOptions } from './whip'

export type Transport = 'webrtc' | 'jpeg' | 'none'

/** What it needs of the world; tests replace it. */
export interface AirWorld {
  publish(o: PublishOptions): Promise<Publication>
  pictures: typeof sendPictures
  wait(ms: number): Promise<void>
  later(ms: number, what: () => void): void
}

// How often a connection is tried before the fallback takes over. A server that cannot be reached at all does not count:
// then the fallback could not reach it either.
const triesMax = 2
// After how long in the fallback WebRTC is tried again: what stood in the way may have been a bad moment.
const tryAgainMs = 30_000

export class Air {
  transport = $state<Transport>('none')
  private publication: Publication | null = null
  private pictures: Pictures | null = null
  private publishing = false
  private hasWebRTC = true
  private over = false

  constructor(
    private readonly opened: Opened,
    private stream: MediaStream,
    private readonly video: HTMLVideoElement,
    private readonly send: (packed: ArrayBuffer, waitingMax: number) => boolean,
    private readonly world: AirWorld,
  ) {
    void this.go()
  }

  /** Goes on with another camera, or with the same one opened anew. */
  use(stream: MediaStream): void {
    this.stream = stream
    this.leave(true)
    void this.go()
  }

  /** Ends for good; tell: the server does not know it yet. */
  end(tell: boolean): void {
    this.over = true
    this.leave(tell)
  }

  private async go(): Promise<void> {
    if (this.publishing) return
    this.publishing = true
    let failures = 0
    for (let n = 0; !this.over && failures < triesMax; n++) {
      const stream = this.stream
      try {
        const publication = await this.world.publish({
          stream,
          path: this.opened.whip,
          token: this.opened.token,
          iceServers: this.opened.ice_servers,
          onLost: () => this.lost(publication),
        })
        if (this.over || stream !== this.stream) {
          publication.close()
          continue
        }
        this.publication = publication
        this.stopPictures()
        this.transport = 'webrtc'
        break
      } catch (cause) {
        if (cause instanceof PublishError && cause.kind === 'unsupported') {
          this.hasWebRTC = false
          break
        }
        if (!(cause instanceof ApiError && cause.status === 0)) failures++
        await this.world.wait(backoff(n))
      }
    }
    this.publishing = false
    if (!this.over && !this.publication) this.fallBack()
  }

  private lost(publication: Publication): void {
    if (this.publication !== publication) return
    this.publication = null
    this.transport = 'none'
    if (!this.over) void this.go()
  }

  private fallBack(): void {
    this.pictures ??= this.world.pictures(this.video, this.send)
    this.transport = 'jpeg'
    if (!this.hasWebRTC) return
    this.world.later(tryAgainMs, () => {
      if (!this.over && this.transport === 'jpeg') void this.go()
    })
  }

  private leave(tell: boolean): void {
    this.publication?.close(tell)
    this.publication = null
    this.stopPictures()
    this.transport = 'none'
  }

  private stopPictures(): void {
    this.pictures?.stop()
    this.pictures = null
  }
}
