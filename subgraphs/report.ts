import pino, { type Logger } from 'pino'

let log: Logger = pino({ level: process.env.LOG_LEVEL ?? 'info', base: null })

/** Sets where unexpected errors are written down. */
export function reportTo(logger: Logger): void {
  log = logger
}

/** Writes down an error that nobody foresaw, so that an answer that says INTERNAL can be traced. */
export function report(error: unknown, place: string): void {
  log.error({ err: error, place }, 'unexpected')
}
