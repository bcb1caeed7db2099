const form = document.querySelector('#controls')
const { customer, quantity, language, key } = form.elements
const elements = document.querySelectorAll('erp-price, erp-availability')

document.querySelector('#code').textContent = `<script src="${location.origin}/embed/erp.js"
        data-key="your portal key" defer></script>

<erp-price sku="DESK-160" customer="…" quantity="25">
</erp-price>
<erp-availability sku="DESK-160" quantity="25">
</erp-availability>

<style>
  erp-price { --erp-size: 1.5rem; --erp-color: navy }
  erp-availability::part(note) { display: none }
</style>`

function put(name, value) {
  for (const element of elements) {
    if (value) element.setAttribute(name, value)
    else element.removeAttribute(name)
  }
}

/** Offers the first customers that the key may see; with none there are list prices. */
async function offerCustomers() {
  const query = '{ customers(first: 8) { nodes { id name } } }'
  const headers = { 'content-type': 'application/json' }
  if (key.value) headers.authorization = `Bearer ${key.value}`
  const asked = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })
    .then((response) => (response.ok ? response.json() : {}))
    .catch(() => ({}))
  const found = asked.data?.customers.nodes ?? []
  customer.replaceChildren(customer.options[0], ...found.map(({ id, name }) => new Option(name, id)))
}

form.addEventListener('submit', (event) => event.preventDefault())
customer.addEventListener('change', () => put('customer', customer.value))
quantity.addEventListener('input', () => put('quantity', quantity.value))
language.addEventListener('change', () => (document.documentElement.lang = language.value))
key.addEventListener('change', () => {
  put('api-key', key.value)
  offerCustomers()
})
put('quantity', quantity.value)
offerCustomers()
