import type { Db } from './db.ts'
import { METHODS, type Method } from './methods.ts'
import { Raise, type Sent } from './values.ts'
import type { Flow } from './warehouse.ts'

/** Thrown when arguments do not fit; each API words and numbers it differently. */
export class BadArguments extends Error {}

/** A public method of a model; private and unknown ones are refused as Odoo does. */
export function methodOf(db: Db, model: string, name: string): Method {
  if (name.startsWith('_')) {
    const shown = db.version < 18 ? name : `'${model}.${name}'`
    const message = `Private methods (such as ${shown}) cannot be called remotely.`
    throw new Raise('odoo.exceptions.AccessError', message)
  }
  const method = METHODS[name]
  const known = method && (method.since ?? 0) <= db.version && (method.only?.includes(model) ?? true)
  if (known) return method
  const where =
    db.version < 18 ? `'${name}' does not exist on the model '${model}'` : `'${model}.${name}' does not exist`
  throw new Raise('builtins.AttributeError', `The method ${where}`)
}

/** Runs a method with named arguments as one transaction. */
export function run(db: Db, flow: Flow, model: string, name: string, named: Sent): unknown {
  const method = methodOf(db, model, name)
  const { ids = [], context = {}, ...args } = named
  const params = method.params.map((param) => param.replace('!', ''))
  for (const param of method.params) {
    if (param.endsWith('!') && !(param.slice(0, -1) in args)) {
      throw new BadArguments(`missing a required argument: '${param.slice(0, -1)}'`)
    }
  }
  const surplus = Object.keys(args).find((arg) => !params.includes(arg))
  if (surplus) throw new BadArguments(`got an unexpected keyword argument '${surplus}'`)
  const list = (Array.isArray(ids) ? ids : [ids]) as number[]
  return db.transaction(() => method.run({ db, flow, model, ids: list, args, context: context as Sent }))
}

/** Positional and named arguments of `execute_kw` as named ones. */
export function bind(db: Db, model: string, name: string, positional: unknown[], named: Sent): Sent {
  const method = methodOf(db, model, name)
  const params = [
    ...(method.onRecords ? ['ids'] : []),
    ...method.params.map((param) => param.replace('!', '')),
  ]
  if (positional.length > params.length) {
    const message = `${name}() takes ${params.length + 1} positional arguments but ${positional.length + 1} were given`
    throw new Raise('builtins.TypeError', message)
  }
  return { ...Object.fromEntries(positional.map((value, index) => [params[index], value])), ...named }
}
