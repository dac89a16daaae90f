// What a session is called.

import type { Recorded } from '../lib/library'
import type { Words } from '../words'

/** The title that somebody gave it, or else what is known of it. title is the name of its exercise. */
export const nameOf = (session: Recorded, title: string, w: Words): string => session.title || session.source_name || title || w.library.untitled
