import { expect, it } from 'vitest'
import { openDatabase, rows } from '../subgraphs/hub/database.ts'
import { emptyDatabase } from './postgres.ts'

it('brings an empty database up to date once when several parts start at the same moment', async () => {
  const { url, drop } = await emptyDatabase()
  const opened = await Promise.all([1, 2, 3].map(() => openDatabase({ url, pool: 2 })))
  const [first] = opened
  const names = first ? await rows<{ name: string }>(first.em(), 'select name from migration') : []
  expect(new Set(names.map(({ name }) => name)).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(5)
  await Promise.all(opened.map((one) => one.close()))
  await drop()
})
