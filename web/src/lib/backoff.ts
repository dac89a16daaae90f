/** How long to wait before try n (from 0) in ms: doubling from the first to the longest, ±20 % so that many pages
 * that lost the same server do not come back in the same instant. */
export function backoff(n: number, random: () => number = Math.random, first = 300, longest = 5000): number {
  const even = Math.min(longest, first * 2 ** Math.min(n, 20))
  return Math.round(even * (0.8 + 0.4 * random()))
}
