import { Availability } from './availability.ts'
import { Price } from './price.ts'

// A page may have the script twice, of two parts that do not know of each other.
if (!customElements.get('erp-availability')) customElements.define('erp-availability', Availability)
if (!customElements.get('erp-price')) customElements.define('erp-price', Price)
