/** Files, failures, tokens and cost by day, drawn. The tables below say the same for those who cannot see it. */

import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { everyDay } from "../inbox/days";
import { type Layer, none, type Sum } from "../inbox/numbers";
import { shownName } from "../naming/shown";
import { words } from "../words";

const HEIGHT = 220;
const DAY = 86_400;
const LABEL_WIDTH = 76;

/** One value for each day, from the ground up; what is drawn of it begins where the next one ends. */
interface Line {
  label: string;
  colour: string;
  values: number[];
}

type Value = (day: Sum) => number;

const VALUES: { value: Value; title: string; label: string; colour: string }[] = [
  {
    value: (day) => day.files,
    title: words.numbers.filesPerDay,
    label: words.numbers.files,
    colour: "--accent",
  },
  {
    value: (day) => day.tokens,
    title: words.numbers.tokensPerDay,
    label: words.numbers.tokens,
    colour: "--warn",
  },
  {
    value: (day) => day.cost,
    title: words.numbers.costPerDay,
    label: words.numbers.costInDollars,
    colour: "--ok",
  },
];

/** All files as one, with the failures among them; or each layer for itself, one above the other. */
export function Plots({ days, layers }: { days: Sum[]; layers: Layer[] | undefined }) {
  const every = everyDay(days);
  return (
    <div class="plots">
      {VALUES.filter(({ value }) => days.some((day) => value(day) > 0)).map(
        ({ value, title, label, colour }) => {
          const whole: Line[] = [{ label, colour, values: every.map(value) }];
          if (colour === "--accent")
            whole.push({
              label: words.numbers.failures,
              colour: "--bad",
              values: every.map((day) => day.failures),
            });
          const lines = layers ? layered(layers, every, value) : whole;
          return (
            <Plot key={title} days={every} lines={lines} label={title} isStacked={layers !== undefined} />
          );
        },
      )}
    </div>
  );
}

function layered(layers: Layer[], every: Sum[], value: Value): Line[] {
  return layers.map(({ of, days }, place) => {
    const known = new Map(days.map((day) => [day.of, day]));
    return {
      label: shownName(of) || words.numbers.unknown,
      colour: `--layer-${place + 1}`,
      values: every.map((day) => value(known.get(day.of) ?? none(day.of))),
    };
  });
}

interface Props {
  days: Sum[];
  lines: Line[];
  label: string;
  isStacked: boolean;
}

function Plot({ days, lines, label, isStacked }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const isDark = useDark();
  const said = JSON.stringify([lines, days[0]?.of, isDark]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = draw(element, days, lines, isStacked);
    return () =>
      void drawn.then(
        (stop) => stop(),
        () => undefined,
      );
  }, [said]);
  return (
    <figure class="plot">
      <figcaption>{label}</figcaption>
      <div ref={box} role="img" aria-label={label} />
    </figure>
  );
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

/** The height of each line with all that come after it: drawn in this order, each leaves the next one in sight. */
function heights(lines: Line[], isStacked: boolean): number[][] {
  if (!isStacked) return lines.map(({ values }) => values);
  return lines.map(({ values }, place) =>
    values.map((_, day) => lines.slice(place).reduce((sum, line) => sum + (line.values[day] ?? 0), 0)),
  );
}

async function draw(box: HTMLElement, days: Sum[], lines: Line[], isStacked: boolean): Promise<() => void> {
  const { default: UPlot } = await import("uplot");
  // The name of a colour leads to a pair for light and dark, of which only a property that is used says which.
  const colour = (name: string) => {
    box.style.color = `var(${name})`;
    const { color } = getComputedStyle(box);
    box.style.color = "";
    return color;
  };
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
          value: (_: uPlot, __: number, ___: number, day: number | null) =>
            day === null ? "" : words.number(line.values[day] ?? 0),
          ...(bars ? { paths: bars } : {}),
        })),
      ],
    },
    [times, ...heights(lines, isStacked)],
    box,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  watch.observe(box);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}
