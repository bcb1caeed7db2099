import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './exit.ts'

/** An option as the help shows it. */
interface Option {
  type: 'string' | 'boolean'
  multiple?: true
  /** What stands behind it in the help: ID. */
  value?: string
  about: string
}

type Options = Record<string, Option>

/** What was given for each option. */
export type Values<O extends Options> = {
  [N in keyof O]?: O[N]['type'] extends 'boolean'
    ? boolean
    : O[N] extends { multiple: true }
      ? string[]
      : string
}

/** One command: its help, and what it does with the words behind its name; gives the exit code. */
export interface Command {
  help: string
  run(words: string[]): Promise<number>
}

/** What a command is made of. */
interface Spec<O extends Options> {
  /** As it is called, behind "erp-supergraph": "retry <id>". */
  usage: string
  about: string
  options: O
  /** How many words it takes: the fewest and the most. */
  words: [fewest: number, most: number]
  examples?: string[]
  run(words: string[], values: Values<O>): Promise<number>
}

/** Options of every command that asks the graph. */
export const GRAPH = {
  url: { type: 'string', value: 'URL', about: 'the graph; or ERP_SUPERGRAPH_URL (http://127.0.0.1:4000)' },
  key: {
    type: 'string',
    value: 'KEY',
    about: 'the API key; better by ERP_SUPERGRAPH_KEY, which nobody sees',
  },
  json: { type: 'boolean', about: 'one JSON document on stdout; errors as JSON on stderr' },
} as const satisfies Options

const HELP = { type: 'boolean', about: 'this text' } as const

/** Makes a command; what was typed wrongly is a UsageError. */
export function command<const O extends Options>(spec: Spec<O>): Command {
  const all: Options = { ...spec.options, help: HELP }
  return {
    help: helpOf(spec, all),
    async run(given) {
      const { words, values } = read(given, all, spec.usage)
      const [fewest, most] = spec.words
      if (words.length < fewest || words.length > most) {
        const what = words.length < fewest ? 'Something is missing' : `"${words[most]}" is one word too many`
        throw new UsageError(`${what}. Usage: erp-supergraph ${spec.usage}`)
      }
      return spec.run(words, values as Values<O>)
    },
  }
}

function read(given: string[], all: Options, usage: string) {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(all).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  )
  try {
    const { positionals, values } = parseArgs({ args: given, options: config, allowPositionals: true })
    return { words: positionals, values }
  } catch (error) {
    const said = error instanceof Error ? error.message.split('. ')[0] : 'It cannot be understood'
    throw new UsageError(`${said}. Usage: erp-supergraph ${usage}`)
  }
}

function helpOf(
  { usage, about, examples = [] }: Pick<Spec<Options>, 'usage' | 'about' | 'examples'>,
  all: Options,
) {
  const left = Object.entries(all).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ''}`)
  const width = Math.max(...left.map(({ length }) => length))
  const lines = Object.values(all).map((option, index) => {
    const again = option.multiple ? '; may be given several times' : ''
    return `  ${(left[index] ?? '').padEnd(width)}  ${option.about}${again}`
  })
  const more = examples.length > 0 ? ['', 'Examples:', ...examples.map((one) => `  ${one}`)] : []
  return [`Usage: erp-supergraph ${usage}`, '', about, '', 'Options:', ...lines, ...more, ''].join('\n')
}

/** Commands under one name, told apart by the word behind it; the first one is meant where no word is given. */
export function group(name: string, commands: Record<string, Command>): Command {
  const names = Object.keys(commands)
  const help = Object.values(commands)
    .map((one) => one.help)
    .join('\n')
  return {
    help,
    async run([first, ...others]) {
      const isNamed = first !== undefined && !first.startsWith('-')
      const chosen = isNamed ? commands[first] : commands[names[0] ?? '']
      if (!chosen) throw new UsageError(`There is no ${name} ${first}. Known: ${names.join(', ')}`)
      return chosen.run(isNamed ? others : first === undefined ? [] : [first, ...others])
    },
  }
}
