import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { bytesAt, orderFor, refused, sentOf, using } from './stand.ts'

const LOGON =
  'Logon?Operator=WEBAPI&OperatorPassword=demo%26Pa55%20w%C3%B6rd%2Bsyspro&CompanyId=A&CompanyPassword='
const first = { first: 1, after: null }

describe('a session', () => {
  it('has 36 signs with two blanks at the end, and goes back with them', () =>
    using(async ({ erp, tap, url }) => {
      const session = (await bytesAt(`${url}/${LOGON}`)).toString('latin1')
      expect(session).toMatch(/^[0-9A-F]{32}00 {2}$/)
      const trimmed = await bytesAt(`${url}/GetLogonProfile?UserId=${session.trim()}`)
      expect(trimmed.toString()).toMatch(/^ERROR: The supplied UserID is invalid/)
      await erp.items?.list(first)
      expect(tap.sent.at(-1)?.url).toMatch(/UserId=[0-9A-F]{32}00%20%20&/)
    }))

  it('that another log-on of the same operator ended is renewed once, and the question answered', () =>
    using(async ({ erp, server, url }) => {
      const calm = await erp.items?.list(first)
      await bytesAt(`${url}/${LOGON}`)
      server.calls('syspro').length = 0
      expect(await erp.items?.list(first)).toEqual(calm)
      expect(server.calls('syspro').filter(({ path }) => path.endsWith('/Logon'))).toHaveLength(1)
    }))

  it('that ends in the middle of a batch is renewed once for all of it', () =>
    using(async ({ erp, server, sandbox, demo }) => {
      const ids = demo.customers.slice(0, 20).map(({ number }) => number.replace('C-', '00'))
      await erp.credit?.(ids.slice(0, 1))
      const running = erp.credit?.(ids)
      sandbox.act({ do: 'expireTokens' })
      const rows = (await running) ?? []
      expect(rows.filter((row) => row === null || row instanceof ErpError)).toEqual([])
      expect(server.calls('syspro').filter(({ path }) => path.endsWith('/Logon'))).toHaveLength(2)
    }))

  it('holds a seat: the operator for whom none is left is told to come later, until one logs off', () =>
    using(
      async ({ erp, url }) => {
        const other = (
          await bytesAt(`${url}/Logon?Operator=ANNA&OperatorPassword=anna-demo&CompanyId=A&CompanyPassword=`)
        ).toString()
        const error = await refused(async () => erp.items?.list(first))
        expect([error.code, error.retryable]).toEqual(['UNAVAILABLE', true])
        expect((await bytesAt(`${url}/Logoff?UserId=${encodeURIComponent(other)}`)).toString()).toBe('0')
        expect((await erp.items?.list(first))?.rows).toHaveLength(1)
      },
      {},
      { seats: 1 },
    ))

  it('is logged off when the connection ends, which frees its seat', () =>
    using(
      async ({ erp, server, tap, url }) => {
        await erp.items?.list(first)
        await erp.close?.()
        const other = `${url}/Logon?Operator=ANNA&OperatorPassword=anna-demo&CompanyId=A&CompanyPassword=`
        expect((await bytesAt(other)).toString()).toMatch(/^[0-9A-F]{32}00 {2}$/)
        expect(JSON.stringify(tap.exchanges)).not.toMatch(/[0-9A-F]{32}00/)
        const calls = server.calls('syspro').length
        await erp.close?.()
        expect(server.calls('syspro')).toHaveLength(calls)
      },
      {},
      { seats: 1 },
    ))

  it('that cannot be logged off ends no less', () =>
    using(async ({ erp, server }) => {
      await erp.items?.list(first)
      server.faults('syspro', [{ do: 'reset', match: 'Logoff' }])
      await expect(erp.close?.()).resolves.toBe(undefined)
    }))

  it('and password never stand in what is written down, though both travel in the address', () =>
    using(async ({ erp, tap }) => {
      await erp.check()
      await erp.order?.create(orderFor(), 'ord_1')
      const shown = JSON.stringify(tap.exchanges)
      expect(shown).not.toMatch(/[0-9A-F]{32}00|Pa55/)
      expect(shown).toContain('UserId=•••&BusinessObject=SORTOI')
    }))

  it('without the right object says that it is unknown or not licensed, with status 200', () =>
    using(async ({ url }) => {
      const session = encodeURIComponent((await bytesAt(`${url}/${LOGON}`)).toString())
      const answer = await fetch(
        `${url}/Query/Query?UserId=${session}&BusinessObject=ARSPAY&XmlIn=%3CQuery/%3E`,
      )
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
        200,
        'application/octet-stream',
        'ERROR: e.net exception raised: 100000',
      ])
    }))
})

describe('the test of a connection', () => {
  it('searches every table with every column that is read of it, and names the one that is other here', async () => {
    const contractColumns = { owner: 'Buyer' }
    await using(
      async ({ erp }) => {
        const error = await refused(() => erp.check())
        expect([error.code, error.field]).toEqual(['VALIDATION', 'contractColumns'])
        expect(error.message).toMatch(/SorContractPrice.*Buyer/)
      },
      { contractColumns },
    )
    await using(async ({ erp, demo }) => expect((await erp.check()).name).toBe(demo.company), {
      contractColumns,
      contracts: false,
    })
  })

  it('is no matter of tables that the operator may not see', () =>
    using(async ({ erp, server, demo }) => {
      server.faults('syspro', [{ do: 'error', name: 'access', match: 'Query/Query', times: 0 }])
      expect((await erp.check()).name).toBe(demo.company)
    }))
})

describe('bodies', () => {
  it.each(['json', 'string'] as const)('in the form "%s" say the same as bare ones', (form) =>
    using(
      async ({ erp, demo }) => {
        const [customer] =
          (await erp.customers?.list({ ...first, search: 'Müller & Söhne GmbH' }))?.rows ?? []
        expect(customer?.name).toBe('Müller & Söhne GmbH')
        const made = await erp.order?.create(orderFor(), 'ord_1')
        expect(await erp.order?.find?.('ord_1')).toMatchObject({ ref: { id: made?.id } })
        expect((await erp.check()).name).toBe(demo.company)
      },
      {},
      { form },
    ),
  )

  it('are windows-1252 on the wire: ü is one byte, and what the set lacks is a character reference', () =>
    using(async ({ erp, tap }) => {
      await erp.items?.list({ first: 5, after: null, search: 'LAMP-60' })
      const search = tap.sent.find(({ url }) => url.includes('InvMaster'))
      const lamp = (await bytesAt(search?.url ?? '')).toString('latin1')
      expect(lamp).toMatch(/Leuchte &#10024; 60/)
      await erp.items?.list({ first: 5, after: null, search: 'CHAIR-60' })
      const chair = await bytesAt(tap.sent.findLast(({ url }) => url.includes('InvMaster'))?.url ?? '')
      expect(chair.includes(Buffer.from([0xfc]))).toBe(true)
      expect(chair.toString('latin1')).toMatch(/<RowsReturned> {6}1<\/RowsReturned>\n<\/InvMaster>\n $/)
    }))

  it('of a search are sent as they were recorded: brackets, And on the first expression, Or on the next', () =>
    using(async ({ erp, tap }) => {
      await erp.stock?.([
        { item: 'PUMP-60', sku: 'PUMP-60', warehouses: null },
        { item: 'VALVE-60', sku: 'VALVE-60', warehouses: null },
      ])
      const { BusinessObject, XmlIn } = sentOf(
        tap.sent.find(({ url }) => url.includes('InvMaster')) ?? { url: '' },
      )
      expect(BusinessObject).toBe('COMFND')
      expect(XmlIn).toBe(
        '<?xml version="1.0" encoding="Windows-1252"?>\n<Query xmlns:xsd="http://www.w3.org/2001/XMLSchema-instance" xsd:noNamespaceSchemaLocation="COMFND.XSD">' +
          '<TableName>InvMaster</TableName><ReturnRows>9999</ReturnRows><Columns><Column>StockCode</Column><Column>StockUom</Column></Columns>' +
          '<Where><Expression><OpenBracket>(</OpenBracket><AndOr>And</AndOr><Column>StockCode</Column><Condition>EQ</Condition><Value>PUMP-60</Value><CloseBracket/></Expression>' +
          '<Expression><OpenBracket/><AndOr>Or</AndOr><Column>StockCode</Column><Condition>EQ</Condition><Value>VALVE-60</Value><CloseBracket>)</CloseBracket></Expression></Where></Query>',
      )
    }))
})
