import { describe, expect, it } from 'vitest'
import { linkOf } from '../../subgraphs/hub/match/find.ts'
import { nameBlock, phoneKey } from '../../subgraphs/hub/match/keys.ts'
import { type Sample, weigh } from '../../subgraphs/hub/match/score.ts'
import { matchKeys } from '../../subgraphs/hub/identity.ts'

const AUTO = 0.95
const REVIEW = 0.7

function sample(customer: Parameters<typeof matchKeys>[0]): Sample {
  return { ...matchKeys(customer), country: customer.country ?? null }
}
const held = (one: Parameters<typeof matchKeys>[0], other: Parameters<typeof matchKeys>[0]) =>
  weigh(sample(one), sample(other))

describe('the score of two customers', () => {
  it('is enough to link by the tax id, by a person’s e-mail, and by several weaker signs together', () => {
    const tax = held({ name: 'A', taxId: 'DE 811 907 980' }, { name: 'Quite Other', taxId: 'de811907980' })
    expect(tax).toMatchObject({ score: 0.99, reasons: ['The tax id is the same.'] })
    expect(held({ email: 'Ada@x.example' }, { email: 'ada@X.example' }).score).toBe(AUTO)
    const weak = held(
      { name: 'Kranich GmbH', phone: '030 555 01 20', country: 'DE' },
      { name: 'Kranich', phone: '+49 (30) 5550120', country: 'DE' },
    )
    expect(weak.score).toBeGreaterThan(AUTO)
    expect(weak.reasons).toEqual(['The telephone number is the same.', 'The name is the same.'])
  })

  it('asks a person about a name, a telephone number or the address of a department alone', () => {
    const alone = [
      held({ name: 'Müller & Söhne Maschinenbau' }, { name: 'Mueller Soehne Maschinenbau KG' }),
      held({ phone: '+4930555', name: 'Eins' }, { phone: '+4930555', name: 'Zwei' }),
      held({ email: 'info@x.example', name: 'Eins' }, { email: 'info@x.example', name: 'Zwei' }),
    ]
    for (const { score } of alone) {
      expect(score).toBeGreaterThanOrEqual(REVIEW)
      expect(score).toBeLessThan(AUTO)
    }
  })

  it('never links what has two tax ids, whatever else is the same', () => {
    const all = { name: 'Kranich', email: 'ada@kranich.example', phone: '+493055501' }
    const said = held({ ...all, taxId: 'DE111111111' }, { ...all, taxId: 'DE222222222' })
    expect(said).toMatchObject({ isContradicted: true })
    expect(said.reasons).toContain('The tax ids are not the same.')
    expect(said.score).toBeLessThan(AUTO)
    const prefix = held({ ...all, taxId: 'DE111111111' }, { ...all, taxId: '111111111' })
    expect(prefix.isContradicted).toBe(false)
  })

  it('tells namesakes apart by the numbers in their names, and doubts those abroad more', () => {
    expect(held({ name: 'Filiale 12' }, { name: 'Filiale 13' }).score).toBe(0)
    const home = held({ name: 'Kranich', country: 'DE' }, { name: 'Kranich', country: 'DE' })
    const abroad = held({ name: 'Kranich', country: 'DE' }, { name: 'Kranich', country: 'AT' })
    expect(abroad.score).toBeLessThan(home.score)
    expect(abroad.reasons).toContain('It is in another country: AT.')
  })

  it('links none of two that are equally sure', () => {
    const one = { customer: 'a', score: 0.99, isSure: true, reasons: [], isContradicted: false }
    expect(linkOf([one])).toBe('a')
    expect(linkOf([one, { ...one, customer: 'b' }])).toBeNull()
    expect(linkOf([one, { ...one, customer: 'b', score: 0.95 }])).toBe('a')
    expect(linkOf([{ ...one, isSure: false }])).toBeNull()
  })
})

describe('the keys of a customer', () => {
  it('are one telephone number however it is written, and none for what is no number', () => {
    const same = ['+49 30 5550120', '0049 30 5550120', '(030) 555-0120', '030/5550120']
    expect(new Set(same.map((text) => phoneKey(text, 'DE')))).toEqual(new Set(['49305550120']))
    expect(phoneKey('030 5550120', null)).toBeNull()
    expect(phoneKey('on request', 'DE')).toBeNull()
  })

  it('are the beginnings of the words of a name, in which only those are compared that share one', () => {
    expect(nameBlock(matchKeys({ name: 'Müller & Söhne Maschinenbau GmbH 24' }).nameKey)).toEqual([
      'mulle',
      'sohne',
      'masch',
    ])
  })
})
