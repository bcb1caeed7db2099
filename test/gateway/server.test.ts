import { afterAll, beforeAll } from 'vitest'
import { type TestHouse, openHouse } from '../whole.ts'
import { describeAudits } from './audits.ts'
import { describeBombs } from './bombs.ts'
import { describeInput } from './input.ts'
import { describeSockets } from './sockets.ts'

let house: TestHouse
let url = ''

beforeAll(async () => {
  house = await openHouse({ only: ['odoo:main'] })
  await house.poll()
  url = (await house.serve()).url
})
afterAll(() => house.close())

const at = () => url
describeAudits(at)
describeBombs(at)
describeInput(at)
describeSockets(() => house, at)
