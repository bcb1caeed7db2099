import { defineConfig } from 'vite'
import { documents } from '../documents.ts'

export default defineConfig({
  plugins: [documents()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    assetsDir: 'dashboard',
  },
})
