import { defineConfig } from 'vite'
import { manifestOf } from '../documents.ts'
import { DOCUMENTS } from './query.ts'

export default defineConfig({
  plugins: [manifestOf(() => DOCUMENTS)],
  build: {
    target: 'es2022',
    // One classic script: only that knows its own address and its own attributes in every browser.
    lib: { entry: 'index.ts', formats: ['iife'], name: 'erp', fileName: () => 'erp.js' },
  },
})
