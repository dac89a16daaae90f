// A small validator for what comes from outside. A check takes an unknown value and returns it typed, or throws
// Malformed with the place and what was expected there.

export class Malformed extends Error {
  constructor(
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${path || 'message'}: expected ${expected}`)
    this.name = 'Malformed'
  }
}

export type Check<T> = (value: unknown, path: string) => T
export type Checked<C> = C extends Check<infer T> ? T : never

export const number: Check<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed(path, 'a number')
  return value
}

export const string: Check<string> = (value, path) => {
  if (typeof value !== 'string') throw new Malformed(path, 'a text')
  return value
}

export const boolean: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new Malformed(path, 'true or false')
  return value
}

/** Accepts null, and a missing value, as null. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null || value === undefined ? null : check(value, path))
}

/** Accepts a missing value by putting another in its place. */
export function withDefault<T>(check: Check<T>, missing: T): Check<T> {
  return (value, path) => (value === null || value === undefined ? missing : check(value, path))
}

export function oneOf<const T extends string>(...names: T[]): Check<T> {
  return (value, path) => {
    if (typeof value !== 'string' || !(names as string[]).includes(value)) {
      throw new Malformed(path, `one of ${names.join(', ')}`)
    }
    return value as T
  }
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(path, 'a list')
    return value.map((item, i) => check(item, `${path}[${i}]`))
  }
}

/** A list of exactly so many numbers; what is not known (null) becomes NaN. */
export function tuple<const N extends 2 | 4>(n: N): Check<N extends 2 ? [number, number] : [number, number, number, number]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== n) throw new Malformed(path, `${n} numbers`)
    const out = value.map((v, i) => (v === null ? Number.NaN : number(v, `${path}[${i}]`)))
    return out as N extends 2 ? [number, number] : [number, number, number, number]
  }
}

/** Numbers by name; what is not known (null) is left out. */
export const numbers: Check<Record<string, number>> = (value, path) => {
  const found = record(value, path)
  const out: Record<string, number> = {}
  for (const key in found) {
    if (found[key] !== null) out[key] = number(found[key], `${path}.${key}`)
  }
  return out
}

export function object<S extends Record<string, Check<unknown>>>(shape: S): Check<{ [K in keyof S]: Checked<S[K]> }> {
  const keys = Object.keys(shape) as (keyof S & string)[]
  return (value, path) => {
    const found = record(value, path)
    const out: Record<string, unknown> = {}
    for (const key of keys) {
      const check = shape[key] as Check<unknown>
      out[key] = check(found[key], path ? `${path}.${key}` : key)
    }
    return out as { [K in keyof S]: Checked<S[K]> }
  }
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(path, 'an object')
  return value as Record<string, unknown>
}
