import { createHash } from 'node:crypto'
import { type Plugin, defineConfig } from 'vite'
import { DOCUMENTS } from './query.ts'

/** Writes beside the script which documents it sends, for a server that answers only documents that it knows. */
const manifest: Plugin = {
  name: 'documents',
  generateBundle() {
    const idOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
    const entries = DOCUMENTS.map((text) => [idOf(text), text])
    const source = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
    this.emitFile({ type: 'asset', fileName: 'documents.json', source })
  },
}

export default defineConfig({
  plugins: [manifest],
  build: {
    target: 'es2022',
    // One classic script: only that knows its own address and its own attributes in every browser.
    lib: { entry: 'index.ts', formats: ['iife'], name: 'erp', fileName: () => 'erp.js' },
  },
})
