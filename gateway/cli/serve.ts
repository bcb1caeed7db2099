import { fileURLToPath } from 'node:url'

const LOADER = new URL('loader.mjs', import.meta.url).href
const WEB = new URL('../../web/', import.meta.url)

/** Runs a program of the house in this process, with these words behind it; it ends by a signal. */
export async function serve(
  program: '../start.ts' | '../../subgraphs/start.ts',
  words: string[],
): Promise<number> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  process.argv.splice(1, Infinity, file, ...words)
  // Processes that it starts read TypeScript as this one does.
  process.execArgv.push('--import', LOADER)
  await import(program)
  return Number(process.exitCode ?? 0)
}

/** Builds the pages of a checkout; an installed package has them built. */
export async function buildPages(): Promise<void> {
  if (WEB.pathname.includes('/node_modules/')) return
  const { build, folders } = await import('../../web/build.ts')
  try {
    for (const folder of folders) await build(folder)
  } catch (error) {
    // The API runs without its pages; whoever opens one is told the same.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  }
}
