import { createSecureContext, getCACertificates } from 'node:tls'
import { z } from 'zod'

const pem = (label: string) =>
  z
    .string()
    .regex(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`), 'must be a PEM text')
    .optional()

/** What every connection may be given beside the configuration of its own system. */
export const way = z
  .object({
    webhookSecret: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true, seldom: true })
      .describe('Proves that a webhook comes from this system; without one, webhooks are refused.'),
    caCertificate: pem('CERTIFICATE').describe(
      "Certificate (PEM) that signed the server's own, where no public authority did.",
    ),
    clientCertificate: pem('CERTIFICATE').describe(
      'Certificate (PEM) by which the server knows us, where it asks for one.',
    ),
    clientKey: pem('(?:RSA |EC |)PRIVATE KEY')
      .meta({ secret: true, seldom: true })
      .describe('Private key (PEM) of the client certificate.'),
  })
  .superRefine(({ caCertificate: ca, clientCertificate: cert, clientKey: key }, context) => {
    const alone = key === undefined ? 'clientKey' : 'clientCertificate'
    if ((cert === undefined) !== (key === undefined)) {
      context.addIssue({ code: 'custom', path: [alone], message: 'certificate and key belong together' })
      return
    }
    try {
      createSecureContext({ ca, cert, key })
    } catch {
      const path = [cert === undefined ? 'caCertificate' : 'clientCertificate']
      context.addIssue({ code: 'custom', path, message: 'cannot be read, or is not that of the key' })
    }
  })

/** What a connection was given of these; see `way`. */
export type Way = z.output<typeof way>

/** How a server and we prove who we are, beyond what every process trusts. */
export interface Trust {
  ca?: string[]
  cert?: string
  key?: string
}

/** The certificates of a connection, or null where it needs none of its own. */
export function trustOf({ caCertificate, clientCertificate: cert, clientKey: key }: Way): Trust | null {
  if (!caCertificate && !cert) return null
  const ca = caCertificate ? [...getCACertificates('default'), caCertificate] : undefined
  return { ...(ca && { ca }), ...(cert && { cert, key }) }
}
