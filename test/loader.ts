/** Options of Node for a process that runs our own TypeScript, wherever it is started. */
export const LOADER = ['--import', new URL('../gateway/loader.mjs', import.meta.url).href]
