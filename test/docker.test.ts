import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ')
const lines = dockerfile.split('\n').filter((line) => line && !line.startsWith('#'))
const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM')))
const ignored = readFileSync('.dockerignore', 'utf8').split('\n')
const { scripts, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
}
const settings = [
  ...globSync('{config.ts,gateway/**/*.ts,subgraphs/**/*.ts}').flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/\benv\.([A-Z_]+)|portOf\(env, '([A-Z_]+)'/g),
  ]),
].map(([, plain, port]) => plain ?? port)

interface Part {
  image?: string
  command?: string[]
  environment: Record<string, string>
  healthcheck?: { disable?: boolean; test?: string[] }
  deploy?: { replicas: number }
  read_only?: boolean
  cap_drop?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
}
const text = readFileSync('compose.yaml', 'utf8')
const { services } = parse(text, { merge: true }) as { services: Record<string, Part> }

/** What COPY instructions take from the checkout, and where they put it. */
function copied(stage: string[]): { from: string; to: string }[] {
  return stage
    .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
    .flatMap((line) => {
      const paths = line.split(' ').slice(1)
      return paths.slice(0, -1).map((from) => ({ from, to: paths.at(-1) ?? '' }))
    })
}

describe('the image', () => {
  it('takes only what exists and what the build may see', () => {
    for (const { from } of copied(lines)) {
      expect(existsSync(from), from).toBe(true)
      expect(ignored, from).toContain(`!${from.split('/')[0]}`)
    }
    expect(ignored).toContain('*')
  })

  it('runs scripts that exist, and takes from a stage what that stage makes', () => {
    const run = [...dockerfile.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '')
    expect(run).toEqual(['build', 'build:client'])
    for (const name of run) expect(scripts, name).toHaveProperty([name])
    const stages = [...dockerfile.matchAll(/ AS (\w+)/g)].map(([, name]) => name)
    for (const [, stage] of dockerfile.matchAll(/--from=(\w+)/g)) expect(stages).toContain(stage)
  })

  it('has every file that its program imports, and every package without those of development', () => {
    const roots = copied(final).map(({ from }) => from)
    const files = globSync('{config.ts,gateway/**/*.ts,schema/**/*.ts,subgraphs/**/*.ts}')
    for (const file of files)
      for (const [, to = ''] of readFileSync(file, 'utf8').matchAll(
        /^(?:(?:import(?! type)|export(?! type)|\}).* from |import )'([^']+)'/gm,
      )) {
        if (to.startsWith('node:')) continue
        const path = to.startsWith('.') ? normalize(join(dirname(file), to)) : null
        const name = to.split('/').slice(0, to.startsWith('@') ? 2 : 1).join('/') // prettier-ignore
        const isThere = path
          ? roots.some((root) => path === root || path.startsWith(`${root}/`))
          : Object.hasOwn(dependencies, name)
        expect(isThere, `${file}: ${to}`).toBe(true)
      }
    expect(roots).toContain('client')
  })

  it('runs as nobody special, on glibc, asks its own health with node, and starts the program directly', () => {
    expect(final.find((line) => line.startsWith('USER'))).toBe('USER 1000:1000')
    for (const line of lines.filter((one) => one.startsWith('FROM')))
      expect(line).toMatch(/^FROM node:24-\w+-slim/)
    expect(dockerfile).toContain("-name '*.map' -delete")
    const health = /HEALTHCHECK.*CMD (\[.*\])/.exec(dockerfile)?.[1] ?? ''
    const [node, flag, script = ''] = JSON.parse(health) as string[]
    expect([node, flag]).toEqual(['node', '-e'])
    expect(() => new Function(script)).not.toThrow()
    expect(script).toContain('/health/ready')
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '') as string[]
    expect(scripts.gateway).toBe([...entry, '--only', 'gateway'].join(' '))
    expect(entry.every((part) => !part.endsWith('.ts') || existsSync(part))).toBe(true)
  })

  it('sets only settings that exist', () => {
    const set = [...(final.find((line) => line.startsWith('ENV')) ?? '').matchAll(/([A-Z_]+)=/g)]
    for (const [, name] of set) expect(['NODE_ENV', ...settings]).toContain(name)
  })
})

describe('the composition', () => {
  it('is a database, one gateway and two workers', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'gateway', 'worker'])
    expect(services.gateway?.command).toEqual(['--only', 'gateway'])
    expect(services.worker).toMatchObject({ command: ['--only', 'worker'], deploy: { replicas: 2 } })
    expect(services.worker?.healthcheck).toEqual({ disable: true })
    expect(scripts.worker).toContain('--only worker')
  })

  it('gives parts of ours no right to write, and nothing but settings that exist', () => {
    for (const part of [services.gateway, services.worker]) {
      expect(part).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
      expect(part?.depends_on?.postgres?.condition).toBe('service_healthy')
      for (const name of Object.keys(part?.environment ?? {})) expect(settings).toContain(name)
      expect(part?.volumes?.[0]).toContain(`:${/CONFIG=(\S+)/.exec(dockerfile)?.[1]}:ro`)
    }
  })

  it('has no password of its own: each secret comes from the environment or the start is refused', () => {
    for (const [whole] of text.matchAll(/\$\{\w*(PASSWORD|SECRET|KEY)[^}]*\}/g))
      expect(whole).toMatch(/^\$\{\w+:\?/)
    expect(text).not.toMatch(/(PASSWORD|SECRET_KEY): (?!\$\{)\S/)
    expect(text).not.toMatch(/postgres:\/\/\w+:(?!\$\{)/)
  })
})
