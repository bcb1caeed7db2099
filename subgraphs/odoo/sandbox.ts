import type { Demo } from '../demo.ts'
import type { Sandbox, SandboxAction, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { computeInvoices } from './sandbox/account.ts'
import { act } from './sandbox/act.ts'
import { Db } from './sandbox/db.ts'
import { nativeErrors } from './sandbox/errors.ts'
import { ledger } from './sandbox/ledger.ts'
import { computePartners } from './sandbox/partner.ts'
import { computeProducts } from './sandbox/product.ts'
import { computeSales } from './sandbox/sale.ts'
import { plant } from './sandbox/seed.ts'
import { webhook } from './sandbox/webhook.ts'
import { computeStock, emptyFlow } from './sandbox/warehouse.ts'
import { type Door, serve } from './sandbox/wire.ts'

/** A version of Odoo that the sandbox can be. */
export type Version = 17 | 18 | 19

/** An Odoo of a version: 19 answers JSON-2 and JSON-RPC, 17 and 18 only JSON-RPC. */
export function sandboxOf(version: Version): SandboxFactory {
  return (demo: Demo): Sandbox => {
    const db = new Db(version)
    const flow = emptyFlow()
    computePartners(db)
    computeProducts(db)
    computeStock(db, flow)
    computeSales(db)
    computeInvoices(db)
    plant(db, flow, demo)
    const door: Door = {
      db,
      flow,
      database: 'nordlicht',
      login: 'bot@nordlicht.example',
      uid: 2,
      secret: '6578616d706c65206a736f6e20617069206b6579',
    }
    return {
      handle: (request: SandboxRequest) => serve(door, request),
      ledger: () => ledger(db),
      act: (action: SandboxAction) => act(db, action),
      errors: nativeErrors(version),
      hook: webhook(db),
      config: (url: string) => ({
        url,
        database: door.database,
        user: door.login,
        secret: door.secret,
        timezone: 'Europe/Berlin',
        units: { Units: 'H87' },
        pricelists: { EUR: 'Public', USD: 'Public USD' },
        discountProduct: discountProduct(db),
      }),
    }
  }
}

function discountProduct(db: Db): number | undefined {
  return db.all('product.product').find((row) => row.name === 'Discount')?.id
}

/** Odoo 19. */
export const sandbox: SandboxFactory = sandboxOf(19)

/** Other versions, by the suffix of their name. */
export const variants: Record<string, SandboxFactory> = { '17': sandboxOf(17) }
