import { useState } from 'preact/hooks'
import { clock, words } from './format.ts'
import { Life } from './life.tsx'
import type { Page } from './pages.ts'
import { Act, Empty, FailureNote, Head } from './parts.tsx'
import { ask } from './graph.ts'
import { useFresh, useQuery } from './query.ts'
import { hrefOf } from './route.ts'

interface Order {
  id: string
  number: string | null
  reference: string | null
  state: string | null
  connection: string
  createdAt: string
  customer: { name: string } | null
}

interface Orders {
  orders: { nodes: (Order | null)[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } }
}

const QUERY = `query Orders($after: String) {
  orders(first: 30, after: $after) {
    nodes { id number reference state connection createdAt customer { name } }
    pageInfo { endCursor hasNextPage }
  }
}`

function OrdersPage({ params }: { params: URLSearchParams }) {
  const id = params.get('id')
  return id ? <Life key={id} id={id} /> : <List />
}

function List() {
  const { data, failure, reload } = useQuery<Orders>(QUERY)
  const [more, setMore] = useState<Orders | null>(null)
  useFresh(reload, 30_000)
  const nodes = [...(data?.orders.nodes ?? []), ...(more?.orders.nodes ?? [])].filter((one) => one !== null)
  const { pageInfo } = (more ?? data)?.orders ?? {}
  const next = async () => {
    const page = await ask<Orders>(QUERY, { after: pageInfo?.endCursor })
    const before = more?.orders.nodes ?? []
    setMore({ orders: { ...page.orders, nodes: [...before, ...page.orders.nodes] } })
  }
  return (
    <>
      <Head title="Orders">
        <p class="quiet">Newest first. Open one to see its whole life.</p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      {data && nodes.length === 0 && <Empty>There are no orders yet.</Empty>}
      <ul class="rows">
        {nodes.map((order) => (
          <Row key={order.id} order={order} />
        ))}
      </ul>
      {pageInfo?.hasNextPage && (
        <p class="actions">
          <Act label="Show older ones" run={next} />
        </p>
      )}
    </>
  )
}

function Row({ order: { id, number, reference, state, connection, createdAt, customer } }: { order: Order }) {
  return (
    <li>
      <a href={hrefOf('orders', { id })}>
        <b>{number ?? reference ?? 'not in the ERP yet'}</b>
        <span>{customer?.name ?? ''}</span>
        <span class="quiet">{state ? words(state) : 'on its way'}</span>
        <span class="where">{connection}</span>
        <time class="quiet" dateTime={createdAt}>
          {clock(createdAt)}
        </time>
      </a>
    </li>
  )
}

/** The orders, and the whole life of one. */
export const orders: Page = { path: 'orders', title: 'Orders', Show: OrdersPage }
