import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'

const [WIDTH, HEIGHT] = [150, 34]

/** One line of a small chart: a colour of the style sheet and its values, null where there is none. */
export interface Line {
  tone: string
  values: (number | null)[]
}

function options(lines: Line[], root: CSSStyleDeclaration): uPlot.Options {
  const series = lines.map(({ tone }) => {
    const stroke = root.getPropertyValue(tone)
    return { stroke, width: 1.5, fill: `color-mix(in srgb, ${stroke} 14%, transparent)`, spanGaps: false }
  })
  return {
    width: WIDTH,
    height: HEIGHT,
    padding: [3, 2, 3, 2],
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(high, 1)] } },
    series: [{}, ...series],
  }
}

/** A small chart of the last hours; `label` says in words what it shows. */
export function Spark({ times, lines, label }: { times: number[]; lines: Line[]; label: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [turn, setTurn] = useState(0)
  const data = JSON.stringify([times, ...lines.map(({ values }) => values)])
  useEffect(() => {
    if (!place.current) return
    const chart = new uPlot(
      options(lines, getComputedStyle(place.current)),
      JSON.parse(data) as uPlot.AlignedData,
      place.current,
    )
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
  return <div class="spark" role="img" aria-label={label} ref={place} />
}
