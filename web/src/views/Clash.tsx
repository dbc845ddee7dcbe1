/** Names that are taken already: asked about, never overwritten in silence. */

import type { Storage } from "../access/storage";
import { shownName } from "../naming/shown";
import type { Order } from "../upload/transfer";
import { taken } from "../upload/transfers";
import { words } from "../words";

export type Decision = "replace" | "rename" | "skip";

const MAX_NAMES = 20;
const MAX_COPIES = 100;

export function Clash({ names, decided }: { names: string[]; decided: (decision: Decision) => void }) {
  return (
    <div role="alertdialog" aria-labelledby="clash-title">
      <h3 id="clash-title">{words.clash.title}</h3>
      <p>{words.clash.text}</p>
      <ul class="chosen">
        {names.slice(0, MAX_NAMES).map((name) => (
          <li key={name}>
            <bdi>{shownName(name)}</bdi>
          </li>
        ))}
      </ul>
      <div class="bar">
        <button type="button" class="primary" onClick={() => decided("rename")}>
          {words.clash.rename}
        </button>
        <button type="button" onClick={() => decided("replace")}>
          {words.clash.replace}
        </button>
        <button type="button" onClick={() => decided("skip")}>
          {words.clash.skip}
        </button>
      </div>
    </div>
  );
}

/** The same orders, those whose names are taken with a number behind the name that is free. */
export async function withCopies(
  storage: Storage,
  orders: Order[],
  clashes: Map<string, string>,
): Promise<Order[]> {
  const used = new Set([...orders.map((order) => order.name), ...clashes.keys()]);
  const renamed: Order[] = [];
  for (const order of orders) {
    renamed.push(
      clashes.has(order.name) ? { ...order, name: await freeName(storage, order.name, used) } : order,
    );
  }
  return renamed;
}

async function freeName(storage: Storage, name: string, used: Set<string>): Promise<string> {
  const [, stem = name, ending = ""] = /^(.*?)(\.[^./]+)?$/s.exec(name) ?? [];
  for (let number = 2; number < MAX_COPIES; number += 1) {
    const wanted = words.copyNumber(stem, number) + ending;
    if (!used.has(wanted) && (await taken(storage, [wanted])).size === 0) {
      used.add(wanted);
      return wanted;
    }
  }
  return `${stem} ${Date.now()}${ending}`;
}
