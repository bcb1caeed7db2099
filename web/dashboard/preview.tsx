import { useEffect, useState } from 'preact/hooks'
import { ask } from './graph.ts'
import { Text } from './inputs.tsx'
import type { Mapping } from './mapping.tsx'
import type { Problem } from './operation.ts'
import { FailureNote, ProblemNote, Scroll } from './parts.tsx'

interface Field {
  before: string | null
  after: string | null
  back: string | null
  problem: Problem | null
}

interface Tested {
  record: string
  fields: Field[]
}

const TEST = `query Test($input: FieldMappingInput!, $record: ID) {
  testFieldMapping(input: $input, record: $record) {
    record fields { before after back problem { code message resolution } }
  }
}`

/** Asks anew soon after each change; the last answer stays meanwhile. */
function useTested(mapping: Mapping, record: string): { tested: Tested | null; failure: Error | null } {
  const [tested, setTested] = useState<Tested | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const key = JSON.stringify([mapping, record])
  useEffect(() => {
    if (!mapping.hubField || !mapping.erpField) return
    let isOver = false
    const timer = setTimeout(() => {
      ask<{ testFieldMapping: Tested }>(TEST, { input: mapping, record: record || null }).then(
        ({ testFieldMapping }) => {
          if (isOver) return
          setTested(testFieldMapping)
          setFailure(null)
        },
        (error: Error) => !isOver && setFailure(error),
      )
    }, 300)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [key])
  return { tested, failure }
}

/** What a mapping makes of a record. */
export function Preview({ mapping }: { mapping: Mapping }) {
  const [record, setRecord] = useState('')
  const { tested, failure } = useTested(mapping, record)
  const field = tested?.fields[0]
  return (
    <section aria-label="Preview">
      <h3>Preview</h3>
      <Text label="Record" value={record} set={setRecord}>
        The id of a record in the ERP; the first one when left out.
      </Text>
      {failure && <FailureNote failure={failure} />}
      {!failure && field?.problem && <ProblemNote problem={field.problem} />}
      {!failure && field && <Made of={field} />}
      {!failure && tested && <p class="quiet">Record {tested.record}</p>}
    </section>
  )
}

function Made({ of: { before, after, back } }: { of: Field }) {
  return (
    <Scroll label="Preview of the record">
      <table>
        <thead>
          <tr>
            <th scope="col">In the ERP</th>
            <th scope="col">In the golden record</th>
            <th scope="col">Written again</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{before ?? '–'}</td>
            <td>{after ?? '–'}</td>
            <td>{back ?? '–'}</td>
          </tr>
        </tbody>
      </table>
    </Scroll>
  )
}
