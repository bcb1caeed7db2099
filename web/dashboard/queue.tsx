import { Head } from './parts.tsx'
import { setParams } from './route.ts'

/** The head of a list that people decide: whether it shows decided ones too, and how many there are. */
export function QueueHead(props: { title: string; all: boolean; count: number | null; hasMore: boolean }) {
  const { title, all, count, hasMore } = props
  return (
    <>
      <Head title={title}>
        <label>
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => setParams({ all: event.currentTarget.checked ? '1' : '' })}
          />{' '}
          also decided ones
        </label>
      </Head>
      <p class="quiet" role="status">
        {count !== null && `${count}${hasMore ? ' or more' : ''} ${all ? 'in all' : 'to decide'}`}
      </p>
    </>
  )
}
