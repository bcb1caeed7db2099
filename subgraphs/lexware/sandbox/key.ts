import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto'

/** The two primes of the demo's own RSA key of 4096 bits. It signs nothing but what this sandbox sends. */
const P =
  '-NmYhvk-1JOV9RPj-LInTbUmzV10GvuLRL3ZIYLBJ0BRMzm5PHb6_wDWlvTrsNjCM0BAGoGNg4YNZDOJtrJDYRU0yVjVwMwXumraiAgZt_TJtSiDD8CY83TlTzd_jC2reG-zIFaFbF8Y2D5QUUwDmFx2YoSV0VPj_CrqNksNQndIv9WzE4cQS1FvykZVSFCjFal4HG1t00VzDgLnDmqSsseXUBFA8ewLnMGquZpUCaIr-OX_UlwNcMER048UDiGcmb6HspHVU8600fcnahi1RmA_mBFZgUSquz82esc6GG2fwTov7gtolfQnPfzQSwCujwN1bJU_TUP6pCeJCLZKpw'
const Q =
  'xK7nV4ljroeIzdRbnZt_VrXEHw4htiPaFlaHbP_RaEYebO10uzTgkxeYDIGxzxf4ljMwIVtsNZJDctcEtNwqWDB-KelkxXG3dtpCtKGAjpxi02TsgaizkA7p9tlTWORUjp_IF3MDCoC2ESfuVvxbo_S3wXZlw3wJi0pXyy1l8_dqy6IttEAWlEm9CmVdvkhkHHyKNPmu6Mb-n_kMoG90uzYJj3-AUjcELc3pGk__MYS2xQ20cQmAd72GOXDZUspPNEAzAW2w3za_zrBFKMbj7UHYlLFB6EuXIDocN6DdkVl8GNdTwzJdGz0iwZ3TcvROlkbGdfs1qKwkl3mfnqVakQ'
const E = 65537n

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
}

function textOf(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

/** The number that multiplied by `value` leaves 1 when divided by `by`. */
function inverse(value: bigint, by: bigint): bigint {
  let [a, b, x, y] = [value % by, by, 1n, 0n]
  while (b > 0n) {
    const whole = a / b
    ;[a, b, x, y] = [b, a - whole * b, y, x - whole * y]
  }
  return ((x % by) + by) % by
}

let made: { sign: KeyObject; pem: string } | null = null

/** The key that signs webhooks and its public part as PEM; put together when it is first needed. */
export function webhookKey(): { sign: KeyObject; pem: string } {
  if (made) return made
  const [p, q] = [numberOf(P), numberOf(Q)]
  const d = inverse(E, (p - 1n) * (q - 1n))
  const parts = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const words = Object.entries(parts).map(([name, value]) => [name, textOf(value)])
  const key = { kty: 'RSA', ...(Object.fromEntries(words) as Record<string, string>) }
  const sign = createPrivateKey({ key, format: 'jwk' })
  made = { sign, pem: createPublicKey(sign).export({ type: 'spki', format: 'pem' }).toString() }
  return made
}
