import type { GoodsReturn } from '../connector.ts'
import { shaped } from '../shape.ts'
import { returnOf } from './documents.ts'
import { type Source, document } from './read.ts'
import { goodsReturn } from './shapes.ts'

/** Goods that customers sent back. */
export const returns: Source<GoodsReturn> = {
  ...document,
  set: 'Returns',
  select: Object.keys(goodsReturn.shape),
  map: (row, context) => returnOf(shaped(goodsReturn, row, 'A return'), context),
}
