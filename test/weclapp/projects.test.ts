import { describe, expect, it } from 'vitest'
import { customerOf, itemOf, stage } from './open.ts'

const REF = 'ord_01JD2WQ3PROJ'
const { open, server } = stage()
const PROJECT = 'activateProjectView'

async function order(tenant: ReturnType<typeof open>, project: boolean) {
  const item = await itemOf(tenant, 'DESK-60')
  const unitPrice = { amount: '88.5', currency: 'EUR' }
  const lines = [{ item, sku: 'DESK-60', quantity: '10', unitPrice }]
  return { customer: customerOf(tenant, 'C-10001'), lines, currency: 'EUR', project }
}

async function isProject({ raw }: ReturnType<typeof open>, id: string): Promise<unknown> {
  return ((await raw('GET', `salesOrder/id/${id}`)).json() as { projectModeActive?: boolean })
    .projectModeActive
}

describe('an order that becomes a project in weclapp', () => {
  it('is made one before it is confirmed, as its plan says; no other order is', async () => {
    const tenant = open()
    const input = await order(tenant, true)
    const plan = await tenant.erp.order?.plan(input, REF)
    expect(plan?.map(({ method, url }) => `${method} ${url.split('/').at(-1)}`)).toEqual([
      'POST salesOrder',
      `POST ${PROJECT}`,
      'PUT {{1.id}}?ignoreMissingProperties=true',
    ])
    const ref = await tenant.erp.order?.create(input, REF)
    expect(await isProject(tenant, ref?.id ?? '')).toBe(true)
    const other = await tenant.erp.order?.create(await order(tenant, false), `${REF}2`)
    expect(await isProject(tenant, other?.id ?? '')).not.toBe(true)
    expect(tenant.calls.filter(({ path }) => path.endsWith(PROJECT))).toHaveLength(1)
  })

  it.each(['reset', 'resetAfter'] as const)('is made one once when the answer is lost (%s)', async (cut) => {
    const tenant = open()
    const input = await order(tenant, true)
    server.faults(tenant.name, [{ do: cut, match: PROJECT }])
    await expect(tenant.erp.order?.create(input, REF)).rejects.toMatchObject({ retryable: true })
    const found = await tenant.erp.order?.find?.(REF)
    expect(found).toMatchObject({ step: 1, done: false })
    if (!found) throw new Error('The order was not found.')
    const ref = await tenant.erp.order?.resume?.(found.ref, found.step, input)
    expect(await isProject(tenant, ref?.id ?? '')).toBe(true)
    expect(await tenant.erp.order?.find?.(REF)).toMatchObject({ done: true })
    const handled = tenant.calls.filter(({ path, status }) => path.endsWith(PROJECT) && status === 200)
    expect(handled).toHaveLength(1)
  })
})
