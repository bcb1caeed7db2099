import { afterAll } from 'vitest'
import { theStand } from './stand.ts'
import './docs.ts'
import './read.ts'
import './write.ts'
import './trigger.ts'

afterAll(async () => (await theStand()).close())
