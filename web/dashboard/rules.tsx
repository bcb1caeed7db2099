import { useState } from 'preact/hooks'
import { words } from './format.ts'
import { ask } from './graph.ts'
import { Act, Badge, FailureNote, Scroll } from './parts.tsx'
import { useQuery } from './query.ts'

interface Rule {
  field: string
  strategy: string
  master: string | null
}

interface Simulation {
  looked: number
  different: { operation: string; connection: string; field: string; now: string; then: string }[]
}

const QUERY = 'query Rules { conflictRules { field strategy master } connections { id } }'
const SET = 'mutation Set($rule: ConflictRuleInput!) { setConflictRule(rule: $rule) { field } }'
const DELETE = 'mutation Delete($field: String!) { deleteConflictRule(field: $field) { field } }'
const SIMULATE = `query Simulate($rules: [ConflictRuleInput!]!) {
  simulateConflictRules(rules: $rules) { looked different { operation connection field now then } }
}`

const FIELDS = [
  ...['*', 'name', 'email', 'phone', 'taxId', 'country', 'currency', 'group', 'paymentTerms', 'addresses'],
  'customAttributes',
]
const STRATEGIES = ['FIELD_MASTER', 'MASTER_SYSTEM', 'LAST_WRITE_WINS', 'MANUAL']
const nameOf = (field: string) => (field === '*' ? 'all others' : field)
/** Whether a strategy names who is right. */
const hasMaster = (strategy: string) => strategy.includes('MASTER')

/** The rules by which conflicts are decided, a form for one more, and what it would have changed. */
export function Rules() {
  const { data, failure, reload } = useQuery<{ conflictRules: Rule[]; connections: { id: string }[] }>(QUERY)
  const rules = data?.conflictRules ?? []
  return (
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">Who is right</h2>
      <p class="quiet">
        A field that only one side changed is never a conflict. Without a rule, the home connection of a
        customer is its master.
      </p>
      {failure && <FailureNote failure={failure} />}
      {rules.length > 0 && <Table rules={rules} done={reload} />}
      {data && <Add rules={rules} masters={['hub', ...data.connections.map(({ id }) => id)]} done={reload} />}
    </section>
  )
}

function Table({ rules, done }: { rules: Rule[]; done(): void }) {
  return (
    <Scroll label="Rules">
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Rule</th>
            <th scope="col">Master</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {rules.map(({ field, strategy, master }) => (
            <tr key={field}>
              <th scope="row">{nameOf(field)}</th>
              <td>{words(strategy)}</td>
              <td>{master ?? '–'}</td>
              <td class="figure">
                <Act
                  label="Remove"
                  name={`Remove the rule of ${nameOf(field)}`}
                  run={() => ask(DELETE, { field })}
                  done={done}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Add({ rules, masters, done }: { rules: Rule[]; masters: string[]; done(): void }) {
  const [rule, setRule] = useState<Rule>({ field: '*', strategy: 'MANUAL', master: null })
  const [found, setFound] = useState<Simulation | null>(null)
  const change = (part: Partial<Rule>) => {
    setFound(null)
    setRule((was) => {
      const next = { ...was, ...part }
      return { ...next, master: hasMaster(next.strategy) ? (next.master ?? masters[0] ?? null) : null }
    })
  }
  const simulate = async () => {
    const then = [...rules.filter(({ field }) => field !== rule.field), rule]
    setFound(
      (await ask<{ simulateConflictRules: Simulation }>(SIMULATE, { rules: then })).simulateConflictRules,
    )
  }
  return (
    <>
      <Choose rule={rule} masters={masters} change={change} />
      <p class="actions">
        <Act label="What would it change?" run={simulate} />
        <Act label="Set the rule" kind="main" run={() => ask(SET, { rule })} done={done} />
      </p>
      {found && <Found of={found} />}
    </>
  )
}

function Choose(props: { rule: Rule; masters: string[]; change(part: Partial<Rule>): void }) {
  const { rule, masters, change } = props
  const { field, strategy, master } = rule
  return (
    <div class="filters">
      <Pick
        label="Field"
        value={field}
        values={FIELDS}
        show={nameOf}
        set={(next) => change({ field: next })}
      />
      <Pick
        label="Rule"
        value={strategy}
        values={STRATEGIES}
        show={words}
        set={(next) => change({ strategy: next })}
      />
      {hasMaster(strategy) && (
        <Pick label="Master" value={master ?? ''} values={masters} set={(next) => change({ master: next })} />
      )}
    </div>
  )
}

function Pick(props: {
  label: string
  value: string
  values: string[]
  set(value: string): void
  show?(value: string): string
}) {
  const { label, value, values, set, show } = props
  return (
    <label>
      {label}
      <select name={label.toLowerCase()} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {show ? show(one) : one}
          </option>
        ))}
      </select>
    </label>
  )
}

function Found({ of: { looked, different } }: { of: Simulation }) {
  return (
    <div role="status">
      <p>
        Of the last {looked} changes, {different.length === 0 ? 'none' : different.length} would be decided
        otherwise, had the other side changed the field too.
      </p>
      <ul>
        {different.slice(0, 20).map((one) => (
          <li key={one.operation + one.field}>
            {one.field} of {one.connection}: <Badge of="PAUSED" text={words(one.now)} /> →{' '}
            <Badge of="WAITING" text={words(one.then)} />
          </li>
        ))}
      </ul>
    </div>
  )
}
