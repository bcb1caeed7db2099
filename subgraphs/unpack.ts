import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { ErpError } from '../schema/errors.ts'

/** Larger answers are given up, packed or not. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** All bytes of an answer. Throws BAD_ANSWER for one that is too large. */
export async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES)
      throw new ErpError('BAD_ANSWER', `The answer is larger than ${MAX_ANSWER_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const PACKINGS: Record<string, typeof gunzipSync> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
}

/** Some vendors pack every answer; one that unpacks to too much or to nothing is BAD_ANSWER. */
export function unpacked(bytes: Buffer, encoding: string | string[] | undefined): Buffer {
  const unpack = PACKINGS[String(encoding ?? '').toLowerCase()]
  if (!unpack || bytes.length === 0) return bytes
  try {
    return unpack(bytes, { maxOutputLength: MAX_ANSWER_BYTES })
  } catch {
    throw new ErpError('BAD_ANSWER', 'The packed answer cannot be unpacked.')
  }
}
