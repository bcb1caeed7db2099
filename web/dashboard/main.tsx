import { render } from 'preact'
import { App } from './app.tsx'
import { show, theme } from './theme.ts'

show(theme())
const root = document.getElementById('root')
if (root) render(<App />, root)
