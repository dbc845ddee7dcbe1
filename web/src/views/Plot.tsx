/** Files, failures and tokens by day, drawn. The tables below say the same for those who cannot see it. */

import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "preact/hooks";
import type { Sum } from "../inbox/numbers";
import { words } from "../words";

const HEIGHT = 260;

export function Plot({ days }: { days: Sum[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = draw(element, days);
    return () => void drawn.then((stop) => stop());
  }, [days]);
  return <div ref={box} class="plot" role="img" aria-label={words.numbers.perDay} />;
}

async function draw(box: HTMLElement, days: Sum[]): Promise<() => void> {
  const { default: UPlot } = await import("uplot");
  const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--text"),
    grid: { stroke: colour("--line") },
    ticks: { stroke: colour("--line") },
  };
  const bars = UPlot.paths.bars?.({ size: [0.7, 40] });
  const plot = new UPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      scales: { x: { time: true }, tokens: {} },
      axes: [axis, axis, { ...axis, side: 1, scale: "tokens", grid: { show: false } }],
      series: [
        { label: words.numbers.day, value: "{YYYY}-{MM}-{DD}" },
        {
          label: words.numbers.files,
          stroke: colour("--accent"),
          fill: colour("--accent"),
          ...(bars ? { paths: bars } : {}),
        },
        {
          label: words.numbers.failures,
          stroke: colour("--bad"),
          fill: colour("--bad"),
          ...(bars ? { paths: bars } : {}),
        },
        { label: words.numbers.tokens, stroke: colour("--warn"), width: 2, scale: "tokens" },
      ],
    },
    [
      days.map((day) => new Date(`${day.of}T00:00:00`).getTime() / 1000),
      days.map((day) => day.files),
      days.map((day) => day.failures),
      days.map((day) => day.tokens),
    ],
    box,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  watch.observe(box);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}
