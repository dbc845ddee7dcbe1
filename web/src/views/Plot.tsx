/** Files, failures, tokens and cost by day, drawn. The tables below say the same for those who cannot see it. */

import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { everyDay } from "../inbox/days";
import type { Sum } from "../inbox/numbers";
import { words } from "../words";

const HEIGHT = 220;
const DAY = 86_400;
const LABEL_WIDTH = 76;

interface Line {
  label: string;
  colour: "--accent" | "--bad" | "--warn" | "--ok";
  value: (day: Sum) => number;
}

const FILES: Line[] = [
  { label: words.numbers.files, colour: "--accent", value: (day) => day.files },
  { label: words.numbers.failures, colour: "--bad", value: (day) => day.failures },
];
const TOKENS: Line[] = [{ label: words.numbers.tokens, colour: "--warn", value: (day) => day.tokens }];
const COST: Line[] = [{ label: words.numbers.costInDollars, colour: "--ok", value: (day) => day.cost }];

export function Plots({ days }: { days: Sum[] }) {
  const every = everyDay(days);
  return (
    <div class="plots">
      <Plot days={every} lines={FILES} label={words.numbers.filesPerDay} />
      <Plot days={every} lines={TOKENS} label={words.numbers.tokensPerDay} />
      {days.some((day) => day.cost > 0) && (
        <Plot days={every} lines={COST} label={words.numbers.costPerDay} />
      )}
    </div>
  );
}

function Plot({ days, lines, label }: { days: Sum[]; lines: Line[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const isDark = useDark();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = draw(element, days, lines);
    return () => void drawn.then((stop) => stop());
  }, [days.map((day) => lines.map((line) => line.value(day))).join(), days[0]?.of, isDark]);
  return <div ref={box} class="plot" role="img" aria-label={label} />;
}

/** Colours are drawn, so a change between light and dark needs another drawing. */
function useDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const look = () => setDark(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return isDark;
}

async function draw(box: HTMLElement, days: Sum[], lines: Line[]): Promise<() => void> {
  const { default: UPlot } = await import("uplot");
  const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim();
  const lined = { stroke: colour("--line") };
  const axis: uPlot.Axis = { stroke: colour("--text"), grid: lined, ticks: lined };
  const bars = UPlot.paths.bars?.({ size: [0.7, 40] });
  const times = days.map((day) => new Date(`${day.of}T00:00:00`).getTime() / 1000);
  const plot = new UPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      scales: {
        // Half a day more at both ends: a bar stands around its day.
        x: { time: true, range: (_, first, last) => [first - DAY / 2, last + DAY / 2] },
        y: { range: (_, __, max) => [0, (max || 1) * 1.1] },
      },
      axes: [
        // Steps of whole days: hours have no bars.
        { ...axis, incrs: [1, 2, 7, 14, 28, 91, 182, 364].map((step) => step * DAY) },
        { ...axis, size: LABEL_WIDTH },
      ],
      series: [
        { label: words.numbers.day, value: "{YYYY}-{MM}-{DD}" },
        ...lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          fill: colour(line.colour),
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        })),
      ],
    },
    [times, ...lines.map((line) => days.map(line.value))],
    box,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  watch.observe(box);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}
