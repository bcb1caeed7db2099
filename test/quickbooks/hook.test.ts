import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../subgraphs/connector.ts'
import { quickbooks } from '../../subgraphs/quickbooks/index.ts'
import { type Stand, using } from './stand.ts'

describe('webhooks of QuickBooks Online', () => {
  const KEY = 'qbo-verifier-token-for-tests'
  const NEW =
    '[{"specversion":"1.0","id":"88cd52aa-33b6-4351-9aa4-47572edbd068","source":"intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=","type":"qbo.invoice.updated.v1","datacontenttype":"application/json","time":"2026-11-20T09:15:02.123456789Z","intuitentityid":"130","intuitaccountid":"9130350000000001","data":{}}]'
  const OLD =
    '{"eventNotifications":[{"realmId":"9130350000000001","dataChangeEvent":{"entities":[{"name":"Invoice","id":"130","operation":"Update","lastUpdated":"2026-11-20T09:15:02.000Z"}]}}]}'
  const raw = (body: string, signature: string) => ({
    headers: { 'intuit-signature': signature },
    body: Buffer.from(body),
    query: {},
  })
  const hookOf = (erp: Stand['erp']): Hook => {
    if (!erp.hook) throw new Error('There is no hook.')
    return erp.hook
  }

  it('are accepted in both forms under the signature over the raw body', () =>
    using(async ({ erp }) => {
      const hook = hookOf(erp)
      const [one, other] = [
        raw(NEW, 'qB/2buvk+xQ/3e7E0PRrLtZLQH5NXCOarSmweXghiec='),
        raw(OLD, 'vYNyZXvjiGtubhHWf2dt2mrfwCGgGRCtGmgeA4JQHtk='),
      ]
      expect([hook.verify(one, KEY), hook.verify(other, KEY), hook.verify(one, 'x')]).toEqual([
        true,
        true,
        false,
      ])
      const told = { kind: 'invoice', id: '130', deleted: false }
      expect(hook.read(one)).toEqual([{ ...told, at: '2026-11-20T09:15:02.123Z' }])
      expect(hook.read(other)).toEqual([{ ...told, at: '2026-11-20T09:15:02.000Z' }])
      expect(createHmac('sha256', KEY).update(NEW).digest('base64')).toBe(one.headers['intuit-signature'])
    }))

  it('tell nothing of other companies, and an estimate as order and quote', () =>
    using(async ({ erp }) => {
      const hook = hookOf(erp)
      expect(hook.read(raw(NEW.replace('0000001"', '0000009"'), ''))).toEqual([])
      expect(hook.read(raw(OLD.replace('0000001"', '0000009"'), ''))).toEqual([])
      const gone = NEW.replace('qbo.invoice.updated', 'qbo.estimate.deleted')
      expect(hook.read(raw(gone, ''))).toMatchObject([
        { kind: 'order', deleted: true },
        { kind: 'quote', deleted: true },
      ])
    }))

  it('come from a company that asks people to sign in for accounting', () => {
    const values = { company: '1', clientId: 'a', clientSecret: 'b' }
    expect(quickbooks.signIn?.(quickbooks.config.parse(values))).toMatchObject({
      authorizeUrl: 'https://appcenter.intuit.com/connect/oauth2',
      tokenUrl: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
      scopes: ['com.intuit.quickbooks.accounting'],
    })
  })
})
