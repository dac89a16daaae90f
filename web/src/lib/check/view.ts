// What the banner and the chip say, from how things stand. Pure, so that every state can be tested.

import { wordFor, type Words } from '../../words'
import type { IconFrame } from '../../components/icons'
import type { Link } from '../events'
import type { Banner, Frame, Phase, Severity, SetupItem } from '../protocol'
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
}

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
  if (s.banner) return view(s.banner.severity, s.banner.code, s.banner.text, s.banner.hint)
  return calmView(s.frame, w)
}

function calmView(frame: Frame | null, w: Words): BannerView {
  const reading = frame?.reading
  if (!frame || reading?.state !== 'ok') return view('plain', 'eye', w.check.unsureTitle, w.check.unsureHint)
  const zone = reading.zone ?? 'off'
  if (zone === 'off') return view('plain', 'lie', w.check.offTitle, w.check.offHint)
  const hint = w.t('check.calmHint', { level: reading.level ?? '', zone: wordFor(w.setup.zones, zone) })
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
