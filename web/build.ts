import { existsSync, globSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const WEB = import.meta.dirname
const DIST = join(WEB, 'dist')

/** The folders of `web/` that are built: those with a `vite.config.ts`. */
export const folders: string[] = readdirSync(WEB).filter((name) =>
  existsSync(join(WEB, name, 'vite.config.ts')),
)

/** Where the built files of a folder are. */
export function outputOf(folder: string): string {
  return join(DIST, folder)
}

/** Newest change below a folder, in milliseconds; folders count too, so that a removed file is seen. */
function changedAt(root: string): number {
  const entries = globSync('**/*', { cwd: root }).map((name) => statSync(join(root, name)).mtimeMs)
  return Math.max(statSync(root).mtimeMs, ...entries)
}

/** Newest change of the files that every page is built with. */
function sharedAt(): number {
  return Math.max(...globSync('*.ts', { cwd: WEB }).map((name) => statSync(join(WEB, name)).mtimeMs))
}

function isFresh(folder: string): boolean {
  const output = outputOf(folder)
  return existsSync(output) && statSync(output).mtimeMs >= Math.max(changedAt(join(WEB, folder)), sharedAt())
}

/**
 * Builds a folder of `web/` into `web/dist/<folder>/` unless it is newer than its sources, and gives that path.
 * Throws when the sources are wrong, and where Vite is not installed while nothing has been built before.
 */
export async function build(folder: string): Promise<string> {
  const output = outputOf(folder)
  if (isFresh(folder)) return output
  const vite = await import('vite').catch(() => null)
  if (!vite) {
    if (existsSync(output)) return output
    throw new Error(`web/${folder} is not built, and Vite is not installed. Run npm ci && npm run build.`)
  }
  // Built aside and moved into place: whoever is served meanwhile gets the old files or the new ones.
  const aside = `${output}.${process.pid}`
  const root = join(WEB, folder)
  await vite.build({
    configFile: join(root, 'vite.config.ts'),
    root,
    logLevel: 'warn',
    build: { outDir: aside, emptyOutDir: true },
  })
  await put(aside, output)
  return output
}

async function put(aside: string, output: string): Promise<void> {
  const old = `${aside}.old`
  await mkdir(DIST, { recursive: true })
  await rename(output, old).catch(() => {})
  // Another process may have put its own there in between; it has built the same sources.
  await rename(aside, output).catch(() => {})
  await Promise.all([old, aside].map((path) => rm(path, { recursive: true, force: true })))
}

if (import.meta.main) {
  try {
    for (const folder of folders) await build(folder)
  } catch (error) {
    // The API runs without its pages; whoever opens one is told the same.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    if (!process.argv.includes('--optional')) process.exitCode = 1
  }
}
