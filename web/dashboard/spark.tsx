import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'

const [WIDTH, HEIGHT] = [150, 34]
const bars = uPlot.paths.bars?.({ size: [0.75, 8, 4] })

/** One row of bars: a colour of the style sheet and its values, null where there is none. */
export interface Line {
  tone: string
  values: (number | null)[]
}

function options(lines: Line[], style: CSSStyleDeclaration): uPlot.Options {
  const series = lines.map(({ tone }) => {
    const fill = style.getPropertyValue(tone)
    return { fill, stroke: fill, width: 0, paths: bars, points: { show: false } }
  })
  return {
    width: WIDTH,
    height: HEIGHT,
    padding: [2, 2, 2, 2],
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      // Half an hour more at each side: the bars stand in the middle of their hour.
      x: { time: false, range: (_plot, low, high) => [low - 1800, high + 1800] },
      y: { range: (_plot, _low, high) => [0, high || 1] },
    },
    series: [{}, ...series],
  }
}

/** A small chart of the last hours; `label` says in words what it shows. Nothing counted: a plain line. */
export function Spark({ times, lines, label }: { times: number[]; lines: Line[]; label: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [turn, setTurn] = useState(0)
  const isEmpty = lines.every(({ values }) => values.every((value) => !value))
  const data = JSON.stringify([times, ...lines.map(({ values }) => values)])
  useEffect(() => {
    if (!place.current || isEmpty) return
    const style = getComputedStyle(place.current)
    const chart = new uPlot(options(lines, style), JSON.parse(data) as uPlot.AlignedData, place.current)
    return () => chart.destroy()
  }, [data, turn])
  useEffect(() => {
    const changed = () => setTurn((count) => count + 1)
    const device = matchMedia('(prefers-color-scheme: dark)')
    addEventListener('themechange', changed)
    device.addEventListener('change', changed)
    return () => {
      removeEventListener('themechange', changed)
      device.removeEventListener('change', changed)
    }
  }, [])
  return <div class={isEmpty ? 'spark none' : 'spark'} role="img" aria-label={label} ref={place} />
}
