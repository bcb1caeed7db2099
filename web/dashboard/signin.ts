import { ask } from './graph.ts'

/** Opens the vendor's page at which a person signs in for a connection. */
export async function signIn(connection: string): Promise<void> {
  const query = 'mutation SignIn($connection: ID!) { startSignIn(connection: $connection) }'
  // Opened before the question: a window that comes later is taken for an advertisement.
  const page = open('about:blank', '_blank')
  try {
    const { startSignIn } = await ask<{ startSignIn: string }>(query, { connection })
    if (page) page.opener = null
    if (page) page.location.href = startSignIn
    else location.href = startSignIn
  } catch (error) {
    page?.close()
    throw error
  }
}
