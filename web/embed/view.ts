import { sheet } from './style.ts'

/** What an element shows. */
export interface View {
  /** plain: nothing to judge, so no mark. */
  tone: 'good' | 'low' | 'none' | 'off' | 'plain'
  value: string
  /** A price that was crossed out, with the words before it. */
  instead?: { words: string; amount: string } | null
  detail: string[]
  /** How fresh it is, and the instant that is meant. */
  note: string
  asOf: string | null
}

function part(name: string, tag = 'span'): HTMLElement {
  const element = document.createElement(tag)
  element.setAttribute('part', name)
  return element
}

/** The shadow tree of one element. Only what changed is written, so that nothing is read out twice. */
export class Pane {
  readonly #box = part('box')
  readonly #value = part('value')
  readonly #detail = part('detail')
  readonly #note = part('note', 'time')

  constructor(host: HTMLElement) {
    const root = host.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [sheet]
    const [mark, body] = [part('mark'), part('body')]
    mark.setAttribute('aria-hidden', 'true')
    this.#value.setAttribute('role', 'status')
    body.append(this.#value, this.#detail, this.#note)
    this.#box.append(mark, body)
    root.append(this.#box)
  }

  set busy(busy: boolean) {
    this.#box.setAttribute('aria-busy', String(busy))
  }

  show({ value, instead, detail, note, asOf }: View): void {
    write(this.#value, value)
    const text = [instead && `${instead.words} ${instead.amount}`, ...detail].filter(Boolean).join(' · ')
    if (this.#detail.textContent !== text) this.#detail.replaceChildren(...details(instead, detail))
    write(this.#note, note)
    if (asOf) this.#note.setAttribute('datetime', asOf)
    else this.#note.removeAttribute('datetime')
  }
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function details(instead: View['instead'], detail: string[]): (Node | string)[] {
  if (!instead) return [detail.join(' · ')]
  const list = part('list', 's')
  list.textContent = instead.amount
  return [`${instead.words} `, list, detail.map((text) => ` · ${text}`).join('')]
}
