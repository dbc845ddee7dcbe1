/**
 * How many requests may be made beside the listing: a few at once, then one each ten seconds, however many files wait.
 * So what an open page costs stays about what docs/inbox.md says.
 */

const MAX_AT_ONCE = 40;
const MILLISECONDS_EACH = 10_000;

export class Allowance {
  #left = MAX_AT_ONCE;
  #since = 0;

  /** How many of the wanted requests may be made now (in milliseconds of any one clock). */
  take(wanted: number, now: number): number {
    const earned = Math.floor((now - this.#since) / MILLISECONDS_EACH);
    this.#since += earned * MILLISECONDS_EACH;
    this.#left = Math.min(MAX_AT_ONCE, this.#left + earned);
    const given = Math.min(wanted, this.#left);
    this.#left -= given;
    return given;
  }
}
