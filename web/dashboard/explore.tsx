import { useEffect, useState } from 'preact/hooks'
import { Answers } from './answers.tsx'
import type { Page } from './pages.ts'
import { Empty, Head } from './parts.tsx'
import { Search } from './search.tsx'
import { setParams } from './route.ts'

const PRODUCTS = `query Products($search: String) {
  found: products(search: $search, first: 12) { nodes { id: sku name } }
}`
const CUSTOMERS = `query Customers($search: String) {
  found: customers(search: $search, first: 12) { nodes { id name } }
}`

function Explore({ params }: { params: URLSearchParams }) {
  const sku = params.get('sku') ?? ''
  const customer = params.get('customer') ?? ''
  const quantity = params.get('quantity') ?? '1'
  return (
    <>
      <Head title="Explore">
        <p class="quiet">Stock and price as each ERP says them at this moment.</p>
      </Head>
      <form class="filters" aria-label="What to ask" onSubmit={(event) => event.preventDefault()}>
        <Search
          label="Product"
          query={PRODUCTS}
          name={params.get('name') ?? sku}
          onChoose={(found) => setParams({ sku: found?.id ?? '', name: found?.name ?? '' })}
        />
        <Search
          label="Customer"
          query={CUSTOMERS}
          name={params.get('whose') ?? ''}
          onChoose={(found) => setParams({ customer: found?.id ?? '', whose: found?.name ?? '' })}
        />
        <Quantity asked={quantity} />
      </form>
      {sku ? (
        <Answers sku={sku} customer={customer || null} quantity={quantity} />
      ) : (
        <Empty>Search a product by its number or name.</Empty>
      )}
    </>
  )
}

/** A quantity is asked for once it is one, and soon after the last key. */
function Quantity({ asked }: { asked: string }) {
  const [quantity, setQuantity] = useState(asked)
  useEffect(() => {
    const isAmount = /^\d+(\.\d+)?$/.test(quantity) && Number(quantity) > 0
    if (!isAmount || quantity === asked) return
    const timer = setTimeout(() => setParams({ quantity }), 300)
    return () => clearTimeout(timer)
  }, [quantity])
  return (
    <label>
      Quantity
      <input
        inputMode="decimal"
        pattern="\d+(\.\d+)?"
        value={quantity}
        onInput={(event) => setQuantity(event.currentTarget.value)}
      />
    </label>
  )
}

/** Live stock and price of one product from every connection. */
export const explore: Page = { path: 'explore', title: 'Explore', Show: Explore }
