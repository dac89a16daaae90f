// What is listed, and how it stands in the address.

import { kinds, sorts, states, type Query, type Sort } from '../lib/library'

export const pageSize = 60

export const everything: Query = {
  q: '', exercise: '', tag: '', kind: '', state: '', trash: false, sort: 'created', order: 'desc', limit: pageSize, offset: 0,
} // prettier-ignore

/** The order in which a sorting is most often wanted: the newest, the longest and the worst first. */
export const usualOrder = (sort: Sort): 'asc' | 'desc' => (sort === 'title' || sort === 'exercise' || sort === 'score' ? 'asc' : 'desc')

const known = <T extends string>(names: readonly T[], value: string | null): T | '' => names.find((name) => name === value) ?? ''

/** Reads the listing that an address asks for; what nobody knows is what is usual. */
export function readQuery(address: URLSearchParams): Query {
  const sort = known(sorts, address.get('sort')) || 'created'
  const page = Math.max(1, Math.floor(Number(address.get('page'))) || 1)
  return {
    q: address.get('q') ?? '',
    exercise: address.get('exercise') ?? '',
    tag: address.get('tag') ?? '',
    kind: known(kinds, address.get('kind')),
    state: known(states, address.get('state')),
    trash: address.get('trash') === '1',
    sort,
    order: known(['asc', 'desc'], address.get('order')) || usualOrder(sort),
    limit: pageSize,
    offset: (page - 1) * pageSize,
  }
}

/** Only what is not as usual is written. */
export function writeQuery(query: Query): Record<string, string> {
  const { q, exercise, tag, kind, state, trash, sort, order, offset } = query
  return {
    q, exercise, tag, kind, state,
    trash: trash ? '1' : '',
    sort: sort === 'created' ? '' : sort,
    order: order === usualOrder(sort) ? '' : order,
    page: offset > 0 ? String(Math.floor(offset / pageSize) + 1) : '',
  } // prettier-ignore
}

/** Whether a query looks for something in particular, so that finding nothing does not mean that nothing is there. */
export const narrowed = (query: Query): boolean => [query.q, query.exercise, query.tag, query.kind, query.state].some((v) => v !== '')
