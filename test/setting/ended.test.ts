import { expect, it } from 'vitest'
import { openHouse } from '../whole.ts'

const SYSPRO = 'syspro:main'

it('a process that stops signs out of the ERPs that count who is signed in', async () => {
  const house = await openHouse({ only: [SYSPRO] })
  const open = house.hub.directory.find('default', SYSPRO)
  await open?.erp.check()
  const ended = () => house.sandboxes.calls('syspro').filter(({ path }) => path.includes('Logoff')).length
  expect(ended()).toBe(0)
  await house.hub.directory.close()
  expect(ended()).toBe(1)
  await house.close()
})
