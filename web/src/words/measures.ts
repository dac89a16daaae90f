// Numbers, lengths, speeds and times as a language writes them and a person measures them. All go in as they come from
// the server: cm, cm/s, seconds, shares.

import { wholeTag } from './languages'

export type Units = 'metric' | 'inches'

const cmPerInch = 2.54

/** The units somebody is used to, from the browser's languages: their first one that names a country decides. */
export function usualUnits(wishes: readonly string[]): Units {
  const named = wishes.map((w) => w.replaceAll('_', '-')).find((w) => /-[A-Z]{2}\b/i.test(w)) ?? wishes[0] ?? ''
  return ['US', 'LR', 'MM'].includes(wholeTag(named)?.region ?? '') ? 'inches' : 'metric'
}

/** A number and its unit apart, for gauges. */
export interface Quantity {
  value: string
  unit: string
}

export class Measures {
  constructor(
    readonly language: string,
    readonly units: Units,
  ) {}

  /** A number with at most so many decimals. */
  number(value: number, decimals = 0): string {
    return this.format(value, { maximumFractionDigits: decimals })
  }

  /** "15 cm", "5.9 in". */
  length(cm: number): string {
    return this.format(this.fromCm(cm), { style: 'unit', unit: this.lengthName, maximumFractionDigits: 1 })
  }

  /** "cm", "in". */
  get lengthUnit(): string {
    return this.gaugeLength(1).unit
  }

  fromCm(cm: number): number {
    return this.units === 'inches' ? cm / cmPerInch : cm
  }

  toCm(value: number): number {
    return this.units === 'inches' ? value * cmPerInch : value
  }

  /** A length for a gauge: one decimal below ten, none above. Unknown is a dash. */
  gaugeLength(cm: number | null): Quantity {
    return this.gauge(cm, this.lengthName)
  }

  gaugeSpeed(cmPerS: number | null): Quantity {
    return this.gauge(cmPerS, `${this.lengthName}-per-second`)
  }

  /** Whole seconds: "5s", "5秒". */
  seconds(value: number): string {
    return this.format(value, { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: 0 })
  }

  milliseconds(value: number): string {
    return this.format(value, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 })
  }

  /** A share 0…1 as whole per cent, where something that happened is never shown as 0. */
  percent(share: number): string {
    return this.format(share > 0 ? Math.max(0.01, share) : 0, { style: 'percent', maximumFractionDigits: 0 })
  }

  /** What texts may name without being given it. */
  standing(): Record<string, string> {
    const inches = this.units === 'inches'
    return {
      // Two to three metres; one to two inches a second (domain: the guide's limit).
      cameraDistance: inches ? this.range(7, 10, 'foot', 0) : this.range(2, 3, 'meter', 0),
      rollSpeed: inches ? this.range(1, 2, 'inch-per-second', 0) : this.range(2.5, 5, 'centimeter-per-second', 1),
      lengthUnit: this.lengthUnit,
    }
  }

  private get lengthName(): 'inch' | 'centimeter' {
    return this.units === 'inches' ? 'inch' : 'centimeter'
  }

  private gauge(metric: number | null, unit: string): Quantity {
    const value = metric === null ? 0 : this.fromCm(metric)
    const decimals = Math.abs(value) < 9.95 ? 1 : 0
    const parts = new Intl.NumberFormat(this.language, {
      style: 'unit', unit, signDisplay: 'negative', minimumFractionDigits: decimals, maximumFractionDigits: decimals,
    }).formatToParts(value) // prettier-ignore
    const join = (keep: (type: string) => boolean): string => parts.filter((p) => keep(p.type)).map((p) => p.value).join('').trim() // prettier-ignore
    return { value: metric === null ? '–' : join((type) => type !== 'unit' && type !== 'literal'), unit: join((type) => type === 'unit') }
  }

  private range(from: number, to: number, unit: string, decimals: number): string {
    return new Intl.NumberFormat(this.language, { style: 'unit', unit, maximumFractionDigits: decimals }).formatRange(from, to)
  }

  private format(value: number, options: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(this.language, { signDisplay: 'negative', ...options }).format(value)
  }
}
