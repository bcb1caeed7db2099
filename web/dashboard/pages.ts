import type { ComponentType } from 'preact'
import { connect } from './connect.tsx'
import { conflicts } from './conflicts.tsx'
import { connections } from './connections.tsx'
import { dead } from './dead.tsx'
import { explore } from './explore.tsx'
import { flows } from './flows.tsx'
import { mappings } from './mappings.tsx'
import { matches } from './matches.tsx'
import { now } from './now.tsx'
import { orders } from './orders.tsx'
import { stream } from './stream.tsx'

/** A page: its part of the address, its name, and what shows it. */
export interface Page {
  path: string
  title: string
  Show: ComponentType<{ params: URLSearchParams }>
  /** Not in the menu, but reached from the page of this path. */
  within?: string
}

/** All pages, in the order of the menu. A new one is a file and a line here. */
export const pages: Page[] = [
  now,
  explore,
  stream,
  orders,
  dead,
  conflicts,
  matches,
  flows,
  mappings,
  connections,
  connect,
]
