import { ErpError } from '../../schema/errors.ts'
import type { Answer } from '../../subgraphs/connector.ts'

/** How many pieces of work a check has under way at the same time. */
const AT_ONCE = 8

/** The error that `work` ends with; fails when it ends well or with anything but an ErpError. */
export async function refusal(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    (value) => new Error(`Nothing was refused; the answer is ${JSON.stringify(value)?.slice(0, 300)}.`),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw end
}

/** The errors of a batch, thrown or standing in its rows. */
export async function refusals(work: () => Promise<Answer<unknown>[]>): Promise<ErpError[]> {
  try {
    return (await work()).filter((answer) => answer instanceof ErpError)
  } catch (error) {
    if (error instanceof ErpError) return [error]
    throw error
  }
}

/** Runs `work` for each of many, a few at a time. */
export async function eachOf<T>(many: T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = many.values()
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The values of a batch; throws the first error that stands in it. */
export function values<T>(answers: Answer<T>[]): (T | null)[] {
  return answers.map((answer) => {
    if (answer instanceof ErpError) throw answer
    return answer
  })
}
