import Big from 'big.js'

const VAT = new Big('0.19')

/** What is written as one line of a document. */
export interface Line {
  item: string
  name: string | null
  warehouse: string | null
  unit: string
  /** How many base units the unit has. */
  factor: string
  quantity: string
  price: string
  retail: string | null
  discount: string | null
  memo: string | null
}

/** The lines and sums of a document; prices are those after discounts. */
export function content(lines: Line[], converted: boolean, firstKey: number): Record<string, unknown> {
  const net = lines.reduce((sum, { quantity, price }) => sum.plus(new Big(quantity).times(price)), new Big(0))
  const total = net.plus(net.times(VAT)).round(2)
  return {
    ...{ subtotal: net.toFixed(), subtotalInTxnCurrency: net.toFixed() },
    ...{ total: total.toFixed(), totalInTxnCurrency: total.toFixed() },
    subtotals: [{ description: 'VAT 19%', value: total.minus(net).toFixed() }],
    lines: lines.map((line, at) => {
      const quantity = new Big(line.quantity).times(line.factor).toFixed()
      return {
        ...{ key: String(firstKey + at), id: String(firstKey + at), lineNumber: at },
        dimensions: {
          item: { id: line.item, name: line.name },
          warehouse: line.warehouse === null ? null : { id: line.warehouse },
        },
        ...{ unit: line.unit, unitQuantity: line.quantity, quantity, memo: line.memo },
        ...{
          unitPrice: line.price,
          price: new Big(line.price).div(line.factor).toFixed(),
          retailPrice: line.retail,
          discountPercent: line.discount,
        },
        quantityConverted: converted ? quantity : '0',
        quantityRemaining: converted ? '0' : quantity,
      }
    }),
  }
}
