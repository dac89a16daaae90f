// The one colour language: page, overlay video, report and review use the same hues.

export const ink = '#F4F7F6'
export const ground = '#0E1417'
export const lumbar = '#E8702A'
export const edge = '#F2C14E'
export const thoracic = '#2BB3A3'
export const neck = '#C26DBC'
export const dim = '#93A3A5'

/** The colour of a zone. A zone that this page does not know is an edge. */
export function zoneColour(zone: string): string {
  switch (zone) {
    case 'lumbar':
      return lumbar
    case 'thoracic':
      return thoracic
    case 'neck':
      return neck
    case 'off':
      return dim
    default:
      return edge
  }
}
