const DECLARED = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/i

/** The encoding by this name, or null where nobody knows it. */
function encodingOf(label: string | undefined): string | null {
  try {
    return label === undefined ? null : new TextDecoder(label).encoding
  } catch {
    return null
  }
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/**
 * The text of a body. The charset of its content type decides; without one, bytes that are UTF-8 are read so
 * even where an XML declaration says otherwise (proxies convert bodies and leave the declaration), then the
 * XML declaration decides, and what says nothing is windows-1252.
 */
export function textOf(bytes: Uint8Array, contentType: string | undefined): string {
  const named = encodingOf(/charset="?([\w.-]+)/i.exec(contentType ?? '')?.[1])
  if (named !== null) return new TextDecoder(named).decode(bytes)
  const text = utf8(bytes)
  if (text !== null) return text
  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, 200))
  return new TextDecoder(encodingOf(DECLARED.exec(head)?.[1]) ?? 'windows-1252').decode(bytes)
}

/** A body as a log shows it: bytes become the text that they are, of `most` bytes at most. */
export function bodyText(
  message: { body?: string | null; bytes?: Uint8Array; headers?: Record<string, string> },
  most: number,
): string | null {
  const { body, bytes, headers = {} } = message
  if (!bytes) return body ?? null
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')
  return textOf(bytes.subarray(0, most), type?.[1])
}
