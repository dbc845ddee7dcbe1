/** How many files and failures, how many tokens, and at what cost: by day, recipe, model and cause. */

import { signal, useComputed } from "@preact/signals";
import { csv } from "../export/csv";
import { save } from "../export/save";
import { shown } from "../inbox/filters";
import { isCostKnown, type Layer, layersOf, numbersOf, type Sum } from "../inbox/numbers";
import { words } from "../words";
import { Bars } from "./Bars";
import { Plots } from "./Plot";

type Split = "all" | "recipe" | "models";

/** It stays while the person looks at other views. */
const split = signal<Split>("all");

export function NumbersView() {
  const numbers = useComputed(() => numbersOf(shown.value));
  const layers = useComputed(() =>
    split.value === "all" ? undefined : layersOf(shown.value, split.value, words.numbers.others),
  );
  const { total, byDay, byRecipe, byModel, byCause } = numbers.value;
  return (
    <section class="numbers">
      <div class="bar">
        <h1>{words.numbers.title}</h1>
        <span class="quiet">{words.numbers.scope}</span>
        <span class="grow" />
        <button type="button" onClick={download}>
          {words.numbers.csv}
        </button>
      </div>
      <dl class="totals">
        <Total name={words.numbers.files} value={total.files} />
        <Total name={words.numbers.failures} value={total.failures} />
        <Total name={words.numbers.tokens} value={total.tokens} />
        <div>
          <dt>{words.numbers.cost}</dt>
          <dd>{costOf(total)}</dd>
        </div>
      </dl>
      {total.unknown > 0 && <p class="quiet">{words.numbers.costUnknown(total.unknown)}</p>}
      <h2>{words.numbers.byDay}</h2>
      <label>
        {words.numbers.eachFor}{" "}
        <select value={split.value} onChange={(event) => (split.value = event.currentTarget.value as Split)}>
          {(["all", "recipe", "models"] as const).map((each) => (
            <option key={each} value={each}>
              {words.numbers.split[each]}
            </option>
          ))}
        </select>
      </label>
      {byDay.length > 1 && <Plots days={byDay} layers={layers.value} />}
      <Sums sums={layers.value ? rowsOf(layers.value) : byDay.toReversed()} first={words.numbers.day} />
      <Bars sums={byRecipe} title={words.numbers.costByRecipe} />
      <Bars sums={byModel} title={words.numbers.costByModel} />
      <div class="tables">
        <Sums sums={byRecipe} first={words.numbers.byRecipe} />
        <Sums sums={byModel} first={words.numbers.byModel} />
        {byCause.length > 0 && <Sums sums={byCause} first={words.numbers.byCause} />}
      </div>
    </section>
  );
}

function Total({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{words.number(value)}</dd>
    </div>
  );
}

/** A dash where no answer has a cost that is known. */
function costOf(sum: Sum): string {
  return isCostKnown(sum) ? words.dollars(sum.cost) : "–";
}

/** The last day first, and of each day all layers */
function rowsOf(layers: Layer[]): Sum[] {
  return layers
    .flatMap(({ of, days }) => days.map((day) => ({ layer: of || words.numbers.unknown, day })))
    .sort((one, other) => other.day.of.localeCompare(one.day.of))
    .map(({ layer, day }) => ({ ...day, of: `${day.of} ${layer}` }));
}

const MAX_ROWS = 31;

function Sums({ sums, first }: { sums: Sum[]; first: string }) {
  return (
    <table class="data sums">
      <thead>
        <tr>
          <th scope="col">{first}</th>
          <th scope="col">{words.numbers.files}</th>
          <th scope="col">{words.numbers.failures}</th>
          <th scope="col">{words.numbers.tokens}</th>
          <th scope="col">{words.numbers.cost}</th>
        </tr>
      </thead>
      <tbody>
        {sums.slice(0, MAX_ROWS).map((sum) => (
          <tr key={sum.of}>
            <th scope="row">
              <bdi>{sum.of || words.numbers.unknown}</bdi>
            </th>
            <td>{words.number(sum.files)}</td>
            <td>{words.number(sum.failures)}</td>
            <td>{words.number(sum.tokens)}</td>
            <td>{costOf(sum)}</td>
          </tr>
        ))}
      </tbody>
      {sums.length > MAX_ROWS && <caption>{words.numbers.more(sums.length - MAX_ROWS)}</caption>}
    </table>
  );
}

function download(): void {
  const head = ["name", "time", "status", "code", "recipe", "kind", "models", "tokens", "cost", "bytes"];
  const rows = shown.value.map((item) => [
    item.name,
    new Date(item.time).toISOString(),
    item.status,
    item.code,
    item.recipe,
    item.kind,
    item.models,
    item.tokens,
    item.cost,
    item.file?.bytes ?? null,
  ]);
  save(csv([head, ...rows]), "inbox.csv", "text/csv");
}
