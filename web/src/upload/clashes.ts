/** Names that are not free: found before an upload, and settled as the person decides. */

import type { Storage } from "../access/storage";
import { marked } from "../naming/names";
import { words } from "../words";
import type { Order } from "./transfer";
import { namesUnderWay, taken } from "./transfers";

export type Decision = "replace" | "rename" | "skip";
/** A file of this name is in storage, is being uploaded, or stands before this one among the chosen files. */
export type Cause = "stored" | "underWay" | "twice";

export interface Clashes {
  orders: Order[];
  causes: Map<Order, Cause>;
  /** The etags of the files in storage */
  stored: Map<string, string>;
}

const MAX_COPIES = 100;

/** Rejects where storage does not say which names are taken. */
export async function clashesOf(storage: Storage, orders: Order[]): Promise<Clashes> {
  const stored = await taken(storage, [...new Set(orders.map((order) => order.name))]);
  const underWay = namesUnderWay();
  const seen = new Set<string>();
  const causes = new Map<Order, Cause>();
  for (const order of orders) {
    const { name } = order;
    if (underWay.has(name)) causes.set(order, "underWay");
    else if (seen.has(name)) causes.set(order, "twice");
    else if (stored.has(name)) causes.set(order, "stored");
    seen.add(name);
  }
  return { orders, causes, stored };
}

/** The orders as they can be uploaded. Only what is in storage can be replaced: the others get a number instead. */
export async function settled(storage: Storage, clashes: Clashes, decision: Decision): Promise<Order[]> {
  const { orders, causes, stored } = clashes;
  if (decision === "skip") return orders.filter((order) => !causes.has(order));
  const used = new Set([...orders.map((order) => order.name), ...namesUnderWay()]);
  const done: Order[] = [];
  for (const order of orders) {
    const cause = causes.get(order);
    if (cause === undefined) done.push(order);
    else if (cause === "stored" && decision === "replace")
      done.push({ ...order, replacing: stored.get(order.name) ?? null });
    else done.push({ ...order, name: await freeName(storage, order.name, used) });
  }
  return done;
}

async function freeName(storage: Storage, name: string, used: Set<string>): Promise<string> {
  let wanted = "";
  for (let number = 2; number < MAX_COPIES; number += 1) {
    wanted = marked(name, words.copyNumber(number));
    if (!used.has(wanted) && (await taken(storage, [wanted])).size === 0) break;
    wanted = marked(name, ` ${crypto.randomUUID()}`);
  }
  used.add(wanted);
  return wanted;
}
