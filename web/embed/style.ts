const CSS = `
:host { display: inline-block; vertical-align: baseline; font: var(--erp-font, inherit);
  color: var(--erp-color, inherit); line-height: 1.35; max-width: 100%; }
:host([hidden]) { display: none; }
[part=box] { display: inline-flex; gap: var(--erp-gap, 0.5em); align-items: baseline;
  background: var(--erp-background, transparent); border-radius: var(--erp-radius, 0.5em);
  padding: var(--erp-padding, 0); }
[part=mark] { flex: none; width: 0; height: 0; border-radius: 50%; border: 0.31em solid var(--mark); }
[part=body] { display: inline-flex; flex-wrap: wrap; column-gap: 0.5em; align-items: baseline; min-width: 0; }
[part=value] { font-weight: var(--erp-weight, 600); font-size: var(--erp-size, 1em);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
[part=note] { flex-basis: 100%; }
[part=detail], [part=note] { font-size: 0.84em; color: var(--erp-muted, inherit); opacity: var(--erp-muted-opacity, 0.78); }
[part=note]:empty, [part=detail]:empty { display: none; }
s { font-weight: 400; }
:host { --mark: var(--erp-off, light-dark(#6b7280, #9ca3af)); }
:host([tone=good]) { --mark: var(--erp-good, light-dark(#15803d, #4ade80)); }
:host([tone=low]) { --mark: var(--erp-low, light-dark(#b45309, #fbbf24)); }
:host([tone=none]) { --mark: var(--erp-none, light-dark(#b91c1c, #f87171)); }
:host([status=STALE]) [part=mark], :host([status=UNAVAILABLE]) [part=mark] { width: 0.34em; height: 0.34em; border-width: 0.14em; }
:host([tone=plain]:not([status=STALE])) [part=mark] { display: none; }
[aria-busy=true] [part=mark] { animation: ask 1.2s ease-in-out infinite alternate; }
@keyframes ask { to { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { [aria-busy=true] [part=mark] { animation: none; } }
`

/** The look of both elements; a sheet of its own, which a page's policy against inline styles does not concern. */
export const sheet = new CSSStyleSheet()
sheet.replaceSync(CSS)
