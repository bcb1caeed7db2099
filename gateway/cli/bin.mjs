#!/usr/bin/env node
// Plain JavaScript that an old Node can read, so that it can say what is needed.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = 24
const EXIT_FAILED = 1

/** The Node that came along as a package, where it did. */
function ownNode() {
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`))
    return join(folder, 'bin/node')
  } catch {
    return null
  }
}

function refuse() {
  process.stderr.write(
    `erp-supergraph needs Node ${NEEDED} or newer; this is ${process.version}. Install it from https://nodejs.org, or run: npx -p node@${NEEDED} -p erp-supergraph erp-supergraph --help\n`,
  )
  process.exitCode = EXIT_FAILED
}

function runWith(/** @type {string} */ node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.once('error', refuse)
  child.once('exit', (code) => (process.exitCode = code ?? EXIT_FAILED))
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import('../loader.mjs')
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
} else {
  const node = ownNode()
  if (node) runWith(node)
  else refuse()
}
