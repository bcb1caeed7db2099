import type { Answer, Failure } from './answer.ts'
import { type Asker, Board } from './board.ts'
import { isPositive } from './decimal.ts'
import { Format } from './format.ts'
import { isPassing, outcomeOf } from './patience.ts'
import type { Door } from './post.ts'
import { type Ask, keyOf } from './query.ts'
import { doorOf } from './script.ts'
import { Pane, type View } from './view.ts'
import { type Words, wordsOf } from './words.ts'

/** How long this page itself may show a value, as outdated, that cannot be read any more. */
const KEEP_MS = 3_600_000

const board = new Board()
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) (target as ErpElement).isVisible = isIntersecting
    board.wake()
  },
  { rootMargin: '200px' },
)

/** What an element knows of its language. */
export interface Tongue {
  words: Words
  format: Format
}

/** What both elements have in common: asking, asking again, saying how fresh it is and what went wrong. */
export abstract class ErpElement extends HTMLElement implements Asker {
  static observedAttributes = [
    'sku',
    'customer',
    'quantity',
    'connection',
    'unit',
    'endpoint',
    'api-key',
    'refresh',
    'lang',
  ]

  abstract readonly kind: Ask['kind']
  /** How old a value may get where `refresh` does not say, in milliseconds. */
  abstract readonly periodMs: number
  isVisible = false
  due = 0
  pending: string | null = null
  readonly #pane = new Pane(this)
  #asked = ''
  #result: Answer | Failure | null = null
  #readAt = 0
  #failures = 0

  /** How a value is shown, beside its age. */
  abstract view(answer: Answer, tongue: Tongue): Omit<View, 'note' | 'asOf'>
  /** What is said when nothing can be read at the moment. */
  abstract nothing(words: Words): string
  /** What of an answer goes with the event. */
  abstract told(answer: Answer): Record<string, unknown>

  connectedCallback(): void {
    board.join(this)
    seen.observe(this)
    this.#change()
  }

  disconnectedCallback(): void {
    board.leave(this)
    seen.unobserve(this)
    this.isVisible = false
    this.pending = null
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#change()
  }

  get door(): Door {
    return doorOf(this)
  }

  get ask(): Ask | null {
    if (this.#mistake) return null
    const { kind, quantity } = this
    const given = (name: string): string | null => this.getAttribute(name)?.trim() || null
    const [sku, customer, connection, unit] = ['sku', 'customer', 'connection', 'unit'].map(given)
    const maxAgeMs = this.#refreshMs
    return {
      kind,
      sku: sku ?? '',
      customer: customer ?? null,
      quantity: kind === 'price' ? (quantity ?? '1') : null,
      connection: connection ?? null,
      unit: kind === 'price' ? (unit ?? null) : null,
      maxAgeMs: Number.isFinite(maxAgeMs) ? maxAgeMs : null,
    }
  }

  /** The quantity that is wanted; null: none is named. */
  get quantity(): string | null {
    return this.getAttribute('quantity')?.trim() || null
  }

  begin(key: string): void {
    this.pending = key
    this.#pane.busy = true
  }

  take(key: string, result: Answer | Failure, jitter: number): void {
    this.pending = null
    this.#pane.busy = false
    const outcome = outcomeOf(result, this.#refreshMs ?? this.periodMs, this.#failures, jitter)
    this.#failures = outcome.failures
    this.due = Date.now() + outcome.waitMs
    if (key !== this.#asked) return
    const isLost = isPassing(result)
    const before = this.#result
    const isKept =
      isLost && before && 'status' in before && before.asOf && Date.now() - this.#readAt < KEEP_MS
    if (isKept) this.#result = { ...before, status: 'STALE', code: result.code }
    else this.#result = result
    if (!isLost) this.#readAt = Date.now()
    this.render()
    this.#tell(result)
  }

  /** Shows what is known, in the language that counts here. */
  render(): void {
    const format = new Format(languageOf(this))
    const tongue = { format, words: wordsOf(format.isGerman) }
    const view = this.#view(tongue)
    this.#pane.show(view)
    set(this, 'tone', view.tone)
    set(this, 'status', this.#status)
  }

  get #status(): string | null {
    if (this.#mistake) return 'ERROR'
    const result = this.#result
    if (!result) return null
    return 'status' in result ? result.status : isPassing(result) ? 'UNAVAILABLE' : 'ERROR'
  }

  /** `refresh` in milliseconds; Infinity: never again; null: not said. */
  get #refreshMs(): number | null {
    const text = this.getAttribute('refresh')?.trim()
    if (text === 'off' || text === '0') return Infinity
    return text && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null
  }

  /** What is wrong with the attributes, by the code of its words. */
  get #mistake(): string | null {
    if (!this.getAttribute('sku')?.trim()) return 'NO_SKU'
    if (this.quantity !== null && !isPositive(this.quantity)) return 'QUANTITY'
    const unit = this.getAttribute('unit')?.trim()
    return unit && !/^[A-Z0-9]{2,3}$/.test(unit) ? 'UNIT' : null
  }

  #change(): void {
    const { ask, door } = this
    const asked = ask ? keyOf(ask) : ''
    const name = `${asked}\n${door.endpoint}\n${door.key}`
    if (name !== this.#name) {
      this.#name = name
      this.#asked = asked
      this.#result = null
      this.#failures = 0
      this.due = 0
      this.pending = null
      this.#pane.busy = ask !== null
    }
    this.render()
    board.wake()
  }
  #name = ''

  #view(tongue: Tongue): View {
    const { words, format } = tongue
    const result = this.#result
    const mistake = this.#mistake
    const plainly = (value: string, note = ''): View => ({ tone: 'off', value, detail: [], note, asOf: null })
    if (mistake) return plainly(this.#sentence(mistake, words))
    if (!result) return plainly(words.asking)
    if (!('status' in result))
      return isPassing(result)
        ? plainly(this.nothing(words), words.UNAVAILABLE)
        : plainly(this.#sentence(result.code, words))
    if (result.status === 'UNAVAILABLE') return plainly(this.nothing(words), words.UNAVAILABLE)
    const at = result.asOf ? format.time(new Date(result.asOf)) : '?'
    return { ...this.view(result, tongue), note: words[result.status](at), asOf: result.asOf }
  }

  #sentence(code: string, words: Words): string {
    const isKeyless = code === 'UNAUTHENTICATED' && this.door.key === null
    const say = words.failures[isKeyless ? 'NO_KEY' : code]
    return say ? say(this.getAttribute('sku')?.trim() ?? '') : this.nothing(words)
  }

  #tell(result: Answer | Failure): void {
    const sku = this.getAttribute('sku')?.trim()
    const isAnswer = 'status' in result && result.status !== 'UNAVAILABLE'
    const { code, retryAfterMs } = result
    const detail = isAnswer
      ? { sku, status: result.status, asOf: result.asOf, ageMs: result.ageMs, ...this.told(result) }
      : { sku, code: code ?? 'UNAVAILABLE', retryAfterMs, message: this.shadowRoot?.textContent ?? '' }
    const type = isAnswer ? 'erp-answer' : 'erp-error'
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
  }
}

/** The language of the nearest element that says one, through shadow trees; else the browser's. */
function languageOf(element: Element): string {
  const near = element.closest('[lang]')?.getAttribute('lang')
  if (near) return near
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? languageOf(root.host) : navigator.language
}

function set(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name)
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}
