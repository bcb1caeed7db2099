import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { readSupergraph } from '../../gateway/supergraph.ts'

const schema = readSupergraph(await readFile('schema/supergraph.graphql', 'utf8')).apiSchema

describe.each(['README.md', ...globSync('docs/*.md')])('%s', (file) => {
  it('shows no query that the graph would refuse', async () => {
    const text = await readFile(file, 'utf8')
    const blocks = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
    for (const block of blocks)
      expect(
        validate(schema, parse(block)).map(({ message }) => message),
        block,
      ).toEqual([])
  })

  it('links to nothing that is not there', async () => {
    const text = await readFile(file, 'utf8')
    const folder = file.includes('/') ? 'docs/' : './'
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => to ?? '')
    for (const to of links) expect(globSync(`${folder}${to}`.replace(/\/$/, '')), to).not.toEqual([])
  })
})
