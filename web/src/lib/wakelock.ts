// Keeps the screen on while somebody is lying in front of it.

export class WakeLock {
  private lock: WakeLockSentinel | null = null
  private wanted = false

  constructor() {
    // The system takes the lock away when the page is hidden.
    document.addEventListener('visibilitychange', () => {
      if (this.wanted && document.visibilityState === 'visible') void this.take()
    })
  }

  hold(on: boolean): void {
    if (on === this.wanted) return
    this.wanted = on
    if (on) void this.take()
    else {
      void this.lock?.release().catch(() => undefined)
      this.lock = null
    }
  }

  private async take(): Promise<void> {
    try {
      const lock = await navigator.wakeLock?.request('screen')
      if (!this.wanted) await lock?.release()
      else this.lock = lock ?? null
    } catch {
      // Refused, with a low battery for example: the screen may go dark, and the voice goes on.
    }
  }
}
