import pino, { type Logger } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { formatError } from '../gateway/errors.ts'
import { reportTo } from '../subgraphs/report.ts'

it('writes down what nobody foresaw, and not what its client has given up', () => {
  const places: string[] = []
  const error = ({ place }: { place: string }) => void places.push(place)
  reportTo({ error } as unknown as Logger)
  onTestFinished(() => reportTo(pino({ level: process.env.LOG_LEVEL ?? 'info', base: null })))
  const codes = [new DOMException('Gone.', 'AbortError'), new TypeError('x')].map(
    (cause, nth) => formatError(cause, `r${nth}`).extensions?.code,
  )
  expect(codes).toEqual(['INTERNAL', 'INTERNAL'])
  expect(places).toEqual(['request r1'])
})
