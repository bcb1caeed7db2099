import './telling.ts'
import './reach.ts'
