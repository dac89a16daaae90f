// The websocket of a check: reads messages, and comes back by itself when the connection is lost.

import { backoff } from './backoff'
import { parse, type FromServer, type ToServer } from './protocol'

export type Link = 'connecting' | 'up' | 'reconnecting' | 'closed'

export interface EventsOptions {
  path: string
  token: string
  onMessage(message: FromServer): void
  onLink(link: Link): void
  /** The server closed the connection for good, with its code and reason. */
  onClosed(code: number, reason: string): void
  /** A connection was lost; tells whether to try again. */
  mayReturn(): Promise<boolean>
  /** Replaceable by tests. */
  open?: (url: string, protocols: string[]) => WebSocket
}

const protocolName = 'rollwell.v1'

// 1000: the server is done. 1008: it threw this page out, for being too slow for example: coming back with a clean
// queue is right. All others are losses.
const finished = 1000

// How long the server may be silent, in ms, before the connection counts as lost.
const silentMs = 5000

export class Events {
  private socket: WebSocket | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private losses = 0
  private silence: ReturnType<typeof setTimeout> | undefined
  private over = false
  /** How many messages could not be read; the first of each kind is written to the console. */
  malformed = 0

  constructor(private readonly o: EventsOptions) {
    this.connect()
  }

  /** Sends a command; false if there is no connection. */
  send(message: ToServer): boolean {
    if (this.socket?.readyState !== 1) return false
    this.socket.send(JSON.stringify(message))
    return true
  }

  /** Sends a picture, unless the way is full: then it is dropped, for an old picture is worth nothing. */
  sendPicture(packed: ArrayBuffer, waitingMax: number): boolean {
    if (this.socket?.readyState !== 1 || this.socket.bufferedAmount > waitingMax) return false
    this.socket.send(packed)
    return true
  }

  /** Tries at once instead of at the end of the present wait: the network is said to be back. */
  hurry(): void {
    if (this.over || this.socket || this.timer === undefined) return
    clearTimeout(this.timer)
    this.connect()
  }

  close(): void {
    this.over = true
    clearTimeout(this.timer)
    clearTimeout(this.silence)
    this.socket?.close(1000)
    this.socket = null
    this.o.onLink('closed')
  }

  private connect(): void {
    this.timer = undefined
    this.o.onLink(this.losses ? 'reconnecting' : 'connecting')
    const url = new URL(this.o.path, location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const open = this.o.open ?? ((address, names) => new WebSocket(address, names))
    const socket = open(url.href, [protocolName, `token.${this.o.token}`])
    this.socket = socket
    this.listen(socket)
    socket.onopen = () => this.o.onLink('up')
    socket.onmessage = (event: MessageEvent) => {
      this.listen(socket)
      this.losses = 0 // not before: a server that accepts and closes at once is to be left in peace, too
      this.read(event.data)
    }
    socket.onclose = (event: CloseEvent) => {
      if (this.socket !== socket) return
      this.socket = null
      clearTimeout(this.silence)
      void this.lost(event.code, event.reason)
    }
  }

  /** The server speaks once a second at least. Where it is silent for long the way is dead, though nobody has said so. */
  private listen(socket: WebSocket): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => {
      if (this.socket !== socket) return
      this.socket = null
      socket.close()
      void this.lost(1006, '')
    }, silentMs)
  }

  private read(data: unknown): void {
    if (typeof data !== 'string') return
    let message: FromServer | null
    try {
      message = parse(data)
    } catch (cause) {
      if (this.malformed++ === 0) console.warn('Rollwell: a message could not be read:', cause)
      return
    }
    if (message) this.o.onMessage(message)
  }

  private async lost(code: number, reason: string): Promise<void> {
    if (this.over) return
    if (code === finished) {
      this.over = true
      this.o.onClosed(code, reason)
      return
    }
    this.o.onLink('reconnecting')
    let again = true
    try {
      again = await this.o.mayReturn()
    } catch {
      // No answer: the network is down, and may come back.
    }
    if (this.over) return
    if (!again) {
      this.over = true
      this.o.onClosed(code, reason)
      return
    }
    this.timer = setTimeout(() => this.connect(), backoff(this.losses++))
  }
}
