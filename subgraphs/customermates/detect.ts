import type { Http } from '../http.ts'
import { Kept } from '../kept.ts'
import type { Config } from './config.ts'
import { openFirst } from './first/index.ts'
import type { Port } from './port.ts'
import { openSecond } from './second/index.ts'
import { readModel } from './second/model.ts'
import { openWire } from './wire.ts'

/**
 * The way to an installation of either generation. Only the second has a model to discover; the first answers
 * 404, and is asked again after a while, because it may have been upgraded. https://customermates.com/docs
 */
export function detect(config: Config, http: Http): () => Promise<Port> {
  const wire = openWire(config, http)
  const first = openFirst(wire)
  let second: Port | null = null
  const probe = new Kept(() => readModel(wire, config, true))
  return async () => {
    if (second) return second
    const model = await probe.get()
    if (model === null) return first
    second ??= openSecond(wire, config, model)
    return second
  }
}
