/** An answer that is gone, or was replaced, is found no more. */

import { effect } from "@preact/signals";
import { items } from "../inbox/follow";
import { keepAnswersOf } from "./answers";

export function followAnswers(): void {
  effect(() => keepAnswersOf(items.value));
}
