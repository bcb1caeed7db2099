import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../schema/errors.ts'
import { type Installed, type Property, install } from './package.ts'

/** Every parameter with those inside it. */
function all(properties: Property[]): Property[] {
  return properties.flatMap((property) => [
    property,
    ...all((property.options ?? []).flatMap((option) => (option.type ? [option] : (option.values ?? [])))),
  ])
}

describe('the n8n package', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
  })
  afterAll(() => installed.remove())

  it('is named, licensed and listed as n8n asks of a verified package, and depends on nothing at run time', () => {
    const { name, license, keywords, dependencies, peerDependencies, n8n } = installed.manifest
    expect(name).toMatch(/^n8n-nodes-[a-z-]+$/)
    expect(license).toBe('MIT')
    expect(keywords).toContain('n8n-community-node-package')
    expect(dependencies).toBeUndefined()
    expect(peerDependencies).toEqual({ 'n8n-workflow': '*' })
    expect(n8n).toMatchObject({ n8nNodesApiVersion: 1, strict: true })
    expect([...n8n.nodes, ...n8n.credentials].every((file) => existsSync(join(installed.folder, file)))).toBe(
      true,
    )
  })

  it('ships every icon where its nodes and credentials look for it, one for light and one for dark', () => {
    const { nodes, credentials } = installed.manifest.n8n
    const icons = [
      ...Object.values(installed.nodes).map(
        ({ description }, nth) => [nodes[nth]!, description.icon] as const,
      ),
      ...Object.values(installed.credentials).map(({ icon }, nth) => [credentials[nth]!, icon] as const),
    ]
    for (const [file, { light, dark }] of icons) {
      expect(light).not.toBe(dark)
      for (const icon of [light, dark])
        expect(existsSync(join(installed.folder, dirname(file), icon.replace('file:', ''))), icon).toBe(true)
    }
  })

  it('keeps the API key secret, and tests a credential by a request of its own', () => {
    const credential = installed.credentials.ErpSupergraphApi!
    expect(credential.name).toBe('erpSupergraphApi')
    const key = credential.properties.find(({ name }) => name === 'apiKey')
    expect(key).toMatchObject({ required: true, typeOptions: { password: true } })
    expect(credential.test.request).toMatchObject({ url: '/graphql', method: 'POST' })
    expect(credential.documentationUrl).toMatch(/^https:/)
  })

  it('names each node after its class, and what is a trigger as one', () => {
    for (const [name, { description, execute, poll, webhook, webhookMethods }] of Object.entries(
      installed.nodes,
    )) {
      const isTrigger = name.endsWith('Trigger')
      expect(description.name).toBe(name.charAt(0).toLowerCase() + name.slice(1))
      expect(description.displayName.includes('Trigger')).toBe(isTrigger)
      expect(description.group).toEqual([isTrigger ? 'trigger' : 'transform'])
      expect(description.inputs).toEqual(isTrigger ? [] : ['main'])
      expect(description.outputs).toEqual(['main'])
      expect(description.credentials).toEqual([{ name: 'erpSupergraphApi', required: true }])
      expect(description.subtitle).toBeTruthy()
      expect([execute, poll, webhook].filter(Boolean)).toHaveLength(1)
      expect(Boolean(poll)).toBe(description.polling ?? false)
      expect(Boolean(webhook)).toBe(Boolean(description.webhooks && webhookMethods))
      expect(description.usableAsTool ?? false).toBe(!isTrigger)
    }
  })

  it('gives every parameter a default that fits its type, and shows it only by parameters that exist', () => {
    const types: Record<string, (value: unknown) => boolean> = {
      boolean: (value) => typeof value === 'boolean',
      number: (value) => typeof value === 'number',
      multiOptions: Array.isArray,
      collection: (value) => typeof value === 'object',
      fixedCollection: (value) => typeof value === 'object',
    }
    for (const { description } of Object.values(installed.nodes)) {
      const names = new Set(description.properties.map(({ name }) => name))
      for (const property of all(description.properties)) {
        const { name, type, default: value, options = [], displayOptions, displayName } = property
        const fits = types[type] ?? ((given: unknown) => typeof given === 'string')
        expect(fits(value), `${name}: ${String(value)}`).toBe(true)
        expect(displayName).toMatch(/^[A-Z]/)
        const values = options.map((option) => option.value)
        expect(type !== 'options' || values.includes(value), name).toBe(true)
        const labels = options.map((option) => option.displayName ?? option.name)
        const isSorted = labels.join() === labels.toSorted().join()
        expect(isSorted || (type !== 'options' && type !== 'collection'), name).toBe(true)
        for (const [by, shown] of Object.entries(displayOptions?.show ?? {})) {
          expect(names).toContain(by)
          const offered = description.properties
            .filter((other) => other.name === by)
            .flatMap((one) => one.options ?? [])
          for (const one of shown) expect(offered.map((option) => option.value)).toContain(one)
        }
      }
    }
  })

  it('has exactly one list of operations for each resource, each with an action for the search', () => {
    const { properties } = installed.nodes.ErpSupergraph!.description
    const resources = properties.find(({ name }) => name === 'resource')?.options ?? []
    for (const { value } of resources) {
      const lists = properties.filter(
        ({ name, displayOptions }) => name === 'operation' && displayOptions?.show.resource?.includes(value),
      )
      expect(lists).toHaveLength(1)
      for (const { action } of lists[0]!.options!) expect(action).toMatch(/^[A-Z]/)
    }
  })

  it('tells for every error code the same next step as the API', () => {
    const require = createRequire(join(installed.folder, 'package.json'))
    const { RESOLUTIONS } = require('./dist/nodes/shared/resolutions.js') as { RESOLUTIONS: object }
    const ours = Object.entries(ERROR_CODES).map(([code, { resolution }]) => [code, resolution])
    expect(RESOLUTIONS).toEqual(Object.fromEntries(ours))
  })
})
