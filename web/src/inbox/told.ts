/** What the page was told of the rows already: so it is told only what is new or changed, and the order of all. */

import type { Placed } from "./columns";
import type { Item } from "./items";

interface Known {
  place: number;
  version: string;
  listing: number;
}

export class ToldRows {
  readonly #known = new Map<string, Known>();
  readonly #times: number[] = [];
  readonly #free: number[] = [];
  #listing = 0;
  #isChanged = false;

  get count(): number {
    return this.#known.size;
  }

  beginListing(): void {
    this.#listing += 1;
  }

  /** Those rows that the page does not have yet, or has otherwise, each with its place among all. */
  news(items: Item[]): Placed[] {
    const rows: Placed[] = [];
    for (const item of items) {
      const version = `${item.file?.etag}\n${item.document?.etag}`;
      const known = this.#known.get(item.name);
      const place = known?.place ?? this.#free.pop() ?? this.#times.length;
      this.#known.set(item.name, { place, version, listing: this.#listing });
      this.#times[place] = item.time;
      if (known?.version !== version) rows.push({ place, item });
    }
    if (rows.length > 0) this.#isChanged = true;
    return rows;
  }

  /** Rows that this listing, which is whole, did not have are gone. */
  endListing(): void {
    for (const [name, { place, listing }] of this.#known) {
      if (listing === this.#listing) continue;
      this.#known.delete(name);
      this.#free.push(place);
      this.#isChanged = true;
    }
  }

  /** The places of all rows, newest first; undefined where the page has them so. */
  order(): Uint32Array | undefined {
    if (!this.#isChanged) return undefined;
    this.#isChanged = false;
    const places = Uint32Array.from(this.#known.values(), ({ place }) => place);
    return places.sort((one, other) => (this.#times[other] ?? 0) - (this.#times[one] ?? 0));
  }
}
