import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, QUICKBOOKS] = ['odoo:main', 'quickbooks:main']
const SAVE = `mutation ($input: FlowInput!) { saveFlow(input: $input) { id condition } }`

describe('a flow that cannot be', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, QUICKBOOKS] })
  })
  afterAll(() => house.close())

  it('is refused with the field when it is cyclic, impossible, foreign or its condition cannot be read', async () => {
    const there = { name: 'There', source: ODOO, sourceObject: 'INVOICE', enabled: false }
    const input = { ...there, target: QUICKBOOKS, targetObject: 'INVOICE' }
    expect((await house.ask(SAVE, { input })).errors).toBeUndefined()
    const bad = [
      { name: 'Back', source: QUICKBOOKS, sourceObject: 'INVOICE', target: ODOO, targetObject: 'INVOICE' },
      { name: 'Odd', source: ODOO, sourceObject: 'PRODUCT', target: QUICKBOOKS, targetObject: 'INVOICE' },
      { name: 'Away', source: ODOO, sourceObject: 'ORDER', target: 'xero:other', targetObject: 'INVOICE' },
      { name: 'Self', source: ODOO, sourceObject: 'ORDER', target: ODOO, targetObject: 'INVOICE' },
      { name: 'None', source: ODOO, sourceObject: 'ORDER', targetObject: 'INVOICE' },
      {
        name: 'Expr',
        source: ODOO,
        sourceObject: 'ORDER',
        target: QUICKBOOKS,
        targetObject: 'INVOICE',
        condition: 'state = (',
      },
    ]
    const found = []
    for (const input of bad) {
      const { errors } = await house.ask(SAVE, { input })
      found.push([errors?.[0]?.extensions?.code, errors?.[0]?.extensions?.field])
    }
    expect(found).toEqual([
      ['VALIDATION', 'target'],
      ['NOT_SUPPORTED', 'targetObject'],
      ['NOT_FOUND', 'target'],
      ['VALIDATION', 'target'],
      ['MISSING_REQUIRED_FIELD', 'target'],
      ['VALIDATION', undefined],
    ])
  })
})
