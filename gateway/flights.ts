import { copy } from './merge.ts'
import { isObject } from './representations.ts'
import type { SubgraphRequest, SubgraphResult, Transport } from './transport.ts'

interface Flight {
  request: SubgraphRequest
  /** The variables as text; made only when a second request comes to compare with. */
  variables: string | null
  controller: AbortController
  waiting: number
  /** One place for each request that joined after the first. */
  copies: (SubgraphResult | null)[]
  landed: boolean
  result: Promise<SubgraphResult>
}

const UNSENT: Promise<SubgraphResult> = Promise.resolve({})

/**
 * Queries under way, so that an equal one of the same caller's key shares the answer instead of asking
 * again. The upstream request is only given up when nobody waits for it any more.
 */
export class Flights {
  private readonly byTransport = new WeakMap<Transport, Map<string, Flight[]>>()

  /** Sends a query, or joins an equal one. `key` must tell apart whoever may not see the same. */
  send(transport: Transport, request: SubgraphRequest, key: string): Promise<SubgraphResult> {
    let flights = this.byTransport.get(transport)
    if (!flights) this.byTransport.set(transport, (flights = new Map()))
    const kind = `${key}\n${request.query}`
    const list = flights.get(kind) ?? []
    const known = list.length > 0 ? list.find((flight) => isSame(flight, request)) : undefined
    if (known) return board(known, request.signal, known.copies.push(null) - 1)
    const flight = depart(transport, request)
    flights.set(kind, [...list, flight])
    const landed = () => {
      const rest = (flights.get(kind) ?? []).filter((other) => other !== flight)
      if (rest.length > 0) flights.set(kind, rest)
      else flights.delete(kind)
    }
    flight.result.then(landed, landed)
    return board(flight, request.signal, -1)
  }
}

function depart(transport: Transport, request: SubgraphRequest): Flight {
  const controller = new AbortController()
  const flight: Flight = {
    request,
    variables: null,
    controller,
    waiting: 0,
    copies: [],
    landed: false,
    result: UNSENT,
  }
  flight.result = transport.execute({ ...request, signal: controller.signal }).then((result) => {
    flight.landed = true
    // Whoever joined gets a copy, made before the first one starts to merge into the original.
    flight.copies.forEach((_, index) => (flight.copies[index] = copyOf(result)))
    return result
  })
  return flight
}

function isSame(flight: Flight, request: SubgraphRequest): boolean {
  if (flight.landed || flight.controller.signal.aborted) return false
  // An answer cut short for somebody else's deadline is not what a more patient caller asked for.
  if ((flight.request.deadline ?? Infinity) < (request.deadline ?? Infinity)) return false
  flight.variables ??= JSON.stringify(flight.request.variables)
  return flight.variables === JSON.stringify(request.variables)
}

async function board(flight: Flight, signal: AbortSignal | undefined, seat: number): Promise<SubgraphResult> {
  flight.waiting++
  const leave = () => {
    if (--flight.waiting === 0) flight.controller.abort(signal?.reason)
  }
  signal?.addEventListener('abort', leave, { once: true })
  try {
    const original = await flight.result
    return flight.copies[seat] ?? original
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

function copyOf(result: SubgraphResult): SubgraphResult {
  const data = copy(result.data)
  return { ...result, data: isObject(data) ? data : null }
}
