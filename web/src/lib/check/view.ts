// What the banner and the chip say, from how things stand. Pure, so that every state can be tested.

import { wordFor, type Words } from '../../words'
import type { IconFrame } from '../../components/icons'
import type { Link } from '../events'
import type { Banner, Frame, Phase, PlanNow, Severity, SetupItem, Step } from '../protocol'
import type { Countdown } from './autostart'
import { allGreen, firstToDo } from './guide'

/** How a banner looks: only a correction fills it with light. */
export type Tone = Severity | 'plain'

export interface BannerView {
  tone: Tone
  icon: string
  frame: IconFrame
  title: string
  hint: string
}

export interface Standing {
  phase: Phase
  phaseReason: string | null
  link: Link
  banner: Banner | null
  frame: Frame | null
  setup: SetupItem[]
  countdown: Countdown
  /** The block of the plan, if there is a plan, and what it said last, while that is new. */
  plan: PlanNow | null
  step: Step | null
  /** What the coach takes the person to be doing. */
  doing: string | null
  /** Whether the levels of the spine mean anything: on the back, on a roller. */
  onBack: boolean
  /** How long the present hold lasts, s. */
  holdS: number
}

// From here on a pause is a hold: breathing matters then.
const holdsS = 4

const frames: Record<Tone, IconFrame> = { safety: 'octagon', technique: 'circle', pace: 'circle', setup: 'square', praise: 'none', plain: 'none' }

const view = (tone: Tone, icon: string, title: string, hint = ''): BannerView => ({ tone, icon, frame: frames[tone], title, hint })

export function bannerView(s: Standing, w: Words): BannerView {
  if (s.link === 'reconnecting') return view('setup', 'signal', w.live.reconnecting)
  if (s.phase === 'setup') return setupView(s, w)
  if (s.phase === 'paused') {
    return s.phaseReason === 'sat_up'
      ? view('plain', 'pause', w.check.satUpTitle, w.check.satUpHint)
      : view('plain', 'pause', w.check.pausedTitle, w.check.pausedHint)
  }
  if (s.plan?.state === 'intro') return view('setup', 'lie', planTitle(s.plan, w), w.intro.getReady)
  if (s.banner) return view(s.banner.severity, s.banner.code, s.banner.text, s.banner.hint)
  if (s.step) return view('plain', 'good', s.step.text)
  return s.onBack ? calmView(s, w) : freeView(s, w)
}

/** The name of a block, with its side where it has one. */
export function planTitle(block: { title: string; side: string | null }, w: Words): string {
  return block.side === null ? block.title : w.t('plan.onSide', { title: block.title, side: wordFor(w.plan.side, block.side) })
}

// Exercises without levels: what is known is what the coach takes them for.
function freeView(s: Standing, w: Words): BannerView {
  if (s.doing === 'away') return view('plain', 'eye', w.check.unsureTitle, w.check.unsureHint)
  const title = s.plan ? planTitle(s.plan, w) : w.check.onTitle
  if (s.doing === 'holding') return view('praise', 'good', title, w.block.breathe)
  return view('plain', 'lie', title, w.check.onTitle === title ? '' : w.check.onTitle)
}

function calmView({ frame, holdS }: Standing, w: Words): BannerView {
  const reading = frame?.reading
  if (!frame || reading?.state !== 'ok') return view('plain', 'eye', w.check.unsureTitle, w.check.unsureHint)
  const zone = reading.zone ?? 'off'
  if (zone === 'off') return view('plain', 'lie', w.check.offTitle, w.check.offHint)
  const hint = holdS >= holdsS ? w.block.breathe : w.t('check.calmHint', { level: reading.level ?? '', zone: wordFor(w.setup.zones, zone) })
  const onTarget = zone === 'thoracic' || zone === 'lower_thoracic'
  // Something is open that does not speak at the moment: no praise then.
  if (!onTarget || frame.active.some((code) => !praise.has(code))) return view('plain', 'lie', w.check.onTitle, hint)
  return view('praise', 'good', w.check.calmTitle, hint)
}

const praise = new Set(['hold_done', 'zone_done', 'pass_done', 'good_form'])

function setupView(s: Standing, w: Words): BannerView {
  const c = s.countdown
  if (c.kind === 'counting' || c.kind === 'go') {
    return view('praise', 'good', w.t('setup.counting', { n: c.kind === 'go' ? 1 : c.left }), w.setup.countingHint)
  }
  const toDo = firstToDo(s.setup)
  if (toDo) return view('setup', toDo.id, toDo.text)
  if (!allGreen(s.setup)) return view('plain', 'eye', w.setup.looking)
  if (c.kind === 'held') return view('plain', 'good', w.setup.allGreen, w.setup.held)
  if (c.kind === 'settling') return view('praise', 'good', w.setup.allGreen, w.setup.settling)
  return view('praise', 'lie', w.setup.lieDown, w.setup.lieDownHint)
}

export type ChipKind = keyof Words['live']['chip']

/** What is seen, in one word for the chip on the picture. */
export function chipKind(frame: Frame | null): ChipKind {
  if (!frame) return 'waiting'
  if (!frame.pose) return 'nobody'
  if (!frame.roller) return 'noRoller'
  if (frame.reading.state === 'unseen') return 'unplaced'
  if (frame.reading.state === 'unsure') return 'unsure'
  return frame.reading.zone === 'off' ? 'off' : 'ok'
}

/** Whether the back surely rests on the roller. */
export function onRoller(frame: Frame | null): boolean {
  const r = frame?.reading
  return r?.state === 'ok' && r.zone !== null && r.zone !== 'off'
}
