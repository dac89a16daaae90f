// Keeps the canvas over the picture up to date: sharp on every screen, drawn only when there is news, fading in and out
// within 150 ms.

import type { ZoneSpan } from '../api'
import type { Frame } from '../protocol'
import { fit } from './geometry'
import { allLayers, paint, strength, type Layers } from './paint'

const fadeMs = 140

export class Painter {
  private readonly context: CanvasRenderingContext2D | null
  private readonly watcher: ResizeObserver
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)')
  private frame: Frame | null = null
  private size: readonly [number, number] = [16, 9]
  private zones: ZoneSpan[] = []
  private zoneName: (zone: string) => string = (zone) => zone
  private layers = allLayers
  private shown = 0
  private drawnAt = 0
  private request = 0

  /** still: nothing fades, so that a picture that is gone back to is drawn the same again. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly still = false,
  ) {
    this.context = canvas.getContext('2d')
    this.watcher = new ResizeObserver(() => this.ask())
    this.watcher.observe(canvas)
  }

  show(frame: Frame | null, size: readonly [number, number], zones: ZoneSpan[], zoneName: (zone: string) => string, layers: Layers = allLayers): void {
    this.layers = layers
    this.frame = frame
    this.size = size
    this.zones = zones
    this.zoneName = zoneName
    this.ask()
  }

  stop(): void {
    cancelAnimationFrame(this.request)
    this.watcher.disconnect()
  }

  private ask(): void {
    this.request ||= requestAnimationFrame((t) => this.draw(t))
  }

  private draw(t: number): void {
    this.request = 0
    const { canvas, context } = this
    const view = { width: canvas.clientWidth, height: canvas.clientHeight }
    if (!context || view.width === 0) return
    const ratio = Math.min(window.devicePixelRatio || 1, 2)
    const [w, h] = [Math.round(view.width * ratio), Math.round(view.height * ratio)]
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]
    context.setTransform(ratio, 0, 0, ratio, 0, 0)

    const goal = this.frame ? strength(this.frame.reading.state) : 0
    const step = this.still || this.calm.matches ? 1 : Math.min(1, Math.max(0, t - this.drawnAt) / fadeMs)
    this.drawnAt = t
    const way = goal - this.shown
    this.shown = Math.abs(way) <= step ? goal : this.shown + Math.sign(way) * step
    paint(context, { frame: this.frame, fit: fit(this.size, view), view, zones: this.zones, zoneName: this.zoneName, strength: this.shown, layers: this.layers })
    // Which frame can be seen now: tests hold the picture against it.
    if (this.still) canvas.dataset['t'] = String(this.frame?.t ?? '')
    if (this.shown !== goal) this.ask()
  }
}
