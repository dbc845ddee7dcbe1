/** What the page asks of the worker that lists, and what that answers. */

import type { Columns } from "./columns";

/** Where a container is listed, and what proves that one may. */
export interface Source {
  /** With the signature, if access is by one */
  address: string;
  token: string;
}

export interface Failure {
  /** Undefined where storage could not be reached */
  statusCode: number | undefined;
  code: string;
}

export interface ListingRequest {
  input: Source;
  output: Source;
}

/** Rows come in small parts, so that the page is never busy for long with taking one, and only if they are new. */
export type Told =
  | { kind: "rows"; columns: Columns }
  /** The places of the rows that there are now, newest first; undefined where nothing changed */
  | { kind: "shown"; order: Uint32Array | undefined; isWhole: boolean; pages: number }
  | { kind: "failed"; failure: Failure };
