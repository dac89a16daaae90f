// When the library has too little room left.

import type { Usage } from '../lib/library'

const GB = 1e9

/**
 * How full it is. The limit is the budget or what the disk allows, whichever is less. It is nearly full from 85 % on or
 * with less than 1 GB left, full where no clip of a few minutes fits.
 */
export function fullness(usage: Usage): { level: 'fine' | 'nearly' | 'full'; share: number; limit: number; left: number } {
  const byDisk = usage.bytes + usage.free
  const limit = usage.budget > 0 ? Math.min(usage.budget, byDisk) : byDisk
  const left = Math.max(0, limit - usage.bytes)
  const share = limit > 0 ? Math.min(1, usage.bytes / limit) : 1
  const level = left < 0.05 * GB || share >= 0.98 ? 'full' : left < GB || share >= 0.85 ? 'nearly' : 'fine'
  return { level, share, limit, left }
}
