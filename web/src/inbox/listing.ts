/** What the page asks of the worker that lists, and what that answers. */

import type { Item } from "./items";

/** Where a container is listed, and what proves that one may. */
export interface Source {
  /** With the signature, if access is by one */
  address: string;
  token: string;
}

export interface Wanted {
  input: Source;
  output: Source;
}

/** Rows come in small parts, so that the page is never busy for long with taking one. */
export type Told =
  | { kind: "part"; items: Item[] }
  /** All parts since the last `shown` are the rows now; more follow where the listing is not whole. */
  | { kind: "shown"; isWhole: boolean; pages: number }
  | { kind: "same"; pages: number }
  /** Undefined where storage could not be reached */
  | { kind: "failed"; status: number | undefined };
