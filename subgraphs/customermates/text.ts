/** The words of a note, which is a document of the editor Tiptap: one line for each paragraph. */
export function wordsOf(node: unknown): string | null {
  if (typeof node === 'string') return node || null
  const lines: string[] = []
  const read = (part: unknown): void => {
    const { type, text, content } = (typeof part === 'object' && part !== null ? part : {}) as Record<
      string,
      unknown
    >
    if (type === 'paragraph' || type === 'heading') lines.push('')
    if (typeof text === 'string') lines.push((lines.pop() ?? '') + text)
    if (Array.isArray(content)) content.forEach(read)
  }
  read(node)
  return lines.filter(Boolean).join('\n') || null
}
