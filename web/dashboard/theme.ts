const STORED = 'erp-supergraph.theme'

/** As the device says, or one of the two always. */
export type Theme = 'auto' | 'light' | 'dark'

/** The theme that was chosen. */
export function theme(): Theme {
  const stored = localStorage.getItem(STORED)
  return stored === 'light' || stored === 'dark' ? stored : 'auto'
}

/** Shows a theme and remembers it. */
export function setTheme(next: Theme): void {
  if (next === 'auto') localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, next)
  show(next)
}

/** Shows a theme. */
export function show(next: Theme): void {
  if (next === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
  dispatchEvent(new Event('themechange'))
}
