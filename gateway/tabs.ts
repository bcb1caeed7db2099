/** The ready-made tabs of the playground; a test runs each of them. */
export const TABS: { query: string; variables?: string }[] = [
  {
    query: `# Live stock: every ERP answers for itself, with its age.
query LiveStock {
  product(sku: "DESK-160") {
    name
    stock {
      available
      complete
      answers {
        connection
        status
        ageMs
        available
        levels { warehouse { code } available }
        problem { code message }
      }
    }
  }
}
`,
  },
  {
    query: `# The price of a customer for a quantity. Take an id from the first field.
query CustomerPrice($customer: ID, $quantity: Decimal! = "25") {
  customers(first: 3) { nodes { id name } }
  product(sku: "DESK-160") {
    price(customer: $customer, quantity: $quantity) {
      connection
      unitPrice { amount currency }
      tiers { minimumQuantity unitPrice { amount } }
      source
      status
    }
    prices(customer: $customer, quantity: $quantity) { connection unitPrice { amount currency } source }
  }
}
`,
    variables: '{ "quantity": "25" }',
  },
  {
    query: `# Push an order. The same key never makes a second one.
mutation PushOrder($customer: ID!, $key: ID! = "playground-1") {
  pushOrder(
    input: { customer: $customer, lines: [{ sku: "DESK-160", quantity: "2" }], purchaseOrderNumber: "PO-1" }
    idempotencyKey: $key
    waitMs: 5000
  ) {
    operation { id status externalNumber problem { code message resolution } }
    order { id number record { ... on OdooOrder { state total { amount currency } } } }
    problems { code message field }
  }
}
`,
    variables: '{ "customer": "take an id from the second tab" }',
  },
  {
    query: `# Watch it arrive.
subscription Watch {
  syncEvents {
    cursor
    at
    status
    operation { id connection reference externalNumber problem { code message } }
  }
}
`,
  },
]
