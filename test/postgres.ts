import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { inject } from 'vitest'
import { TEMPLATE, admin } from './cluster.ts'

/** A database of a test's own: its address (null: the embedded one), and how to remove it. */
export interface FreshDatabase {
  url: string | null
  drop(): Promise<void>
}

/** A kind of database that the hub runs on. */
export interface DatabaseKind {
  name: string
  fresh(): Promise<FreshDatabase>
}

/** An own database on the PostgreSQL server of this run, with all tables. */
export function freshDatabase(): Promise<FreshDatabase & { url: string }> {
  return databaseLike(TEMPLATE)
}

/** An own database without any table. */
export function emptyDatabase(): Promise<FreshDatabase & { url: string }> {
  return databaseLike('template0')
}

async function databaseLike(template: string): Promise<FreshDatabase & { url: string }> {
  const server = inject('postgres')
  const name = `test_${randomBytes(8).toString('hex')}`
  await admin(server, [`create database ${name} template ${template}`])
  const drop = () => admin(server, [`drop database if exists ${name} with (force)`])
  return { url: new URL(name, server).href, drop }
}

/** What an embedded database of a test begins with: all tables, and nothing in them. */
export async function embeddedDump(): Promise<Blob> {
  return openAsBlob(inject('embedded'), { type: 'application/x-tar' })
}

/** Both kinds, for describe.each: what holds on one holds on the other. */
export const databases: DatabaseKind[] = [
  { name: 'the embedded database', fresh: async () => ({ url: null, drop: async () => {} }) },
  { name: 'a PostgreSQL server', fresh: freshDatabase },
]
