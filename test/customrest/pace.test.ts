import { expect, it } from 'vitest'
import { openHouse } from '../whole.ts'

it('shows the limits of the manifest at the connection, unless the operator set others', async () => {
  const query = '{ connections { id budget { parallel limits { seconds limit } } } }'
  const only = ['customrest:main', 'customrest:rpc']
  const house = await openHouse({ only, connection: { limits: { perDay: 900 } } })
  const { data } = await house.ask<{ connections: object[] }>(query)
  expect(data.connections[0]).toEqual({
    id: 'customrest:main',
    budget: {
      parallel: 8,
      limits: [
        { seconds: 1, limit: 10_000 },
        { seconds: 86_400, limit: 900 },
      ],
    },
  })
  await house.close()
})
