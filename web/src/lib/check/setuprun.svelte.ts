// The end of set-up: starts the check by itself when all is well, or when it is told to.

import type { Words } from '../../words'
import type { Session } from '../session.svelte'
import type { Speaker } from '../voice/speaker'
import { AutoStart, type Countdown } from './autostart'
import { allGreen } from './guide'
import { onRoller } from './view'

// If the server has not begun by then, it is asked again.
const againS = 2

export class SetupRun {
  countdown = $state.raw<Countdown>({ kind: 'waiting' })
  private readonly auto = new AutoStart()
  private askedAt: number | null = null

  constructor(
    private readonly session: Session,
    private readonly speaker: Speaker,
    private readonly words: () => Words,
    private readonly wallMs: () => number,
  ) {}

  /** Call it a few times a second while the set-up lasts. */
  step(): void {
    if (this.session.phase !== 'setup') return
    const now = this.wallMs() / 1000
    const seen = this.session.state?.frame ?? null
    const ready = this.session.link === 'up' && allGreen(this.session.setup) && onRoller(seen)
    const before = this.countdown.kind
    const next = this.auto.step(ready, now)
    if (next.kind !== before || (next.kind === 'counting' && this.left !== next.left)) this.countdown = next
    if (next.kind === 'counting' && before !== 'counting') {
      this.speaker.silence() // "everything is in view" says it all
      this.say('count', this.words().t('setup.countingSay', { n: next.left }))
    }
    if (next.kind === 'go' && (this.askedAt === null || now - this.askedAt > againS)) this.start()
  }

  /** Not yet: the countdown stops, and does not come back by itself. */
  wait = (): void => {
    if (this.countdown.kind === 'counting') {
      this.speaker.silence()
      this.say('wait', this.words().setup.heldSay)
    }
    this.auto.hold()
    this.countdown = { kind: 'held' }
  }

  resumeAuto = (): void => {
    this.auto.resume()
    this.countdown = { kind: 'waiting' }
  }

  start = (): void => {
    if (this.askedAt === null) {
      this.speaker.silence()
      this.say('go', this.words().setup.startedSay)
    }
    this.askedAt = this.wallMs() / 1000
    this.session.start()
  }

  private get left(): number | null {
    return this.countdown.kind === 'counting' ? this.countdown.left : null
  }

  private say(id: string, text: string): void {
    this.speaker.say({ id: `setup-${id}`, text, urgency: 'guide', at: this.wallMs() })
  }
}
