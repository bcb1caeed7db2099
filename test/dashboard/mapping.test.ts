import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { BROWSER, type Stand, openStand } from './open.ts'

const ODOO = 'odoo:main'

describe.skipIf(!BROWSER)('field mappings in the dashboard', () => {
  let stand: Stand
  beforeAll(async () => {
    stand = await openStand([ODOO])
  })
  afterAll(() => stand?.close())

  it('are edited with a live preview on a record, kept as shown, and taken away again', async () => {
    const page = await stand.open('mappings')
    await page.getByLabel('Connection').selectOption(ODOO)
    await page.getByRole('button', { name: 'Add a mapping' }).click()
    const form = page.getByRole('region', { name: 'Mapping' })
    await form.getByLabel('Field of the golden record').fill('custom.tour')
    await form.getByLabel('Field of the ERP').selectOption('x_route')
    const preview = form.getByRole('region', { name: 'Preview' })
    await preview
      .getByText(/^Tour /)
      .first()
      .waitFor()
    await form.getByText('Transformation').click()
    await form.getByLabel('Inwards').fill('$uppercase(value)')
    await preview
      .getByText(/^TOUR /)
      .first()
      .waitFor()
    await form.getByLabel('Inwards').fill('$uppercase(')
    await preview
      .getByText(/Inwards|expression|transformIn/i)
      .first()
      .waitFor()
    await form.getByLabel('Inwards').fill('$uppercase(value)')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'custom.tour', exact: true }).waitFor()
    const sql = 'select hub_field, erp_field, transform_in from field_mapping'
    expect(await rows(stand.house.hub.db.em(), sql)).toEqual([
      { hub_field: 'custom.tour', erp_field: 'x_route', transform_in: '$uppercase(value)' },
    ])
    await page.getByRole('button', { name: 'Delete custom.tour' }).click()
    await page.getByText('Every field goes as it is.').waitFor()
    expect(await rows(stand.house.hub.db.em(), sql)).toEqual([])
    expect([stand.complaints, stand.strangers]).toEqual([[], []])
    await page.close()
  })
})
