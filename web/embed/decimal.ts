const DECIMAL = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/

/** Whether a text is a decimal number greater than zero. */
export function isPositive(text: string): boolean {
  return /^\d{1,18}(\.\d{1,12})?$/.test(text) && /[1-9]/.test(text)
}

/** The shortest text of the same number; what is no number stays as it is. */
export function plain(text: string): string {
  const [, sign = '', whole, fraction = ''] = DECIMAL.exec(text) ?? []
  if (whole === undefined) return text
  const digits = fraction ? `${whole}.${fraction}` : whole
  return digits === '0' ? digits : sign + digits
}

function scaled(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(places, '0'))
}

/** Below zero when `a` is less than `b`, above when it is more, without any rounding. */
export function compare(a: string, b: string): number {
  const places = Math.max(...[a, b].map((text) => text.split('.')[1]?.length ?? 0))
  const [left, right] = [scaled(a, places), scaled(b, places)]
  return left < right ? -1 : left > right ? 1 : 0
}
