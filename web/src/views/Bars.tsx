/** What each recipe or model cost, as bars, the longest for the one that cost most. The tables say it in numbers. */

import type { Sum } from "../inbox/numbers";
import { words } from "../words";

const MAX_BARS = 10;

export function Bars({ sums, title }: { sums: Sum[]; title: string }) {
  const costly = sums.filter((sum) => sum.cost > 0).sort((one, other) => other.cost - one.cost);
  const most = costly[0]?.cost ?? 0;
  if (costly.length < 2) return null;
  return (
    <figure class="bars">
      <figcaption>{title}</figcaption>
      <div role="img" aria-label={title}>
        {costly.slice(0, MAX_BARS).map((sum) => (
          <div key={sum.of} class="bar-line">
            <bdi>{sum.of || words.numbers.unknown}</bdi>
            <span class="track" style={{ width: `${(sum.cost / most) * 100}%` }} />
            <span>{words.dollars(sum.cost)}</span>
          </div>
        ))}
      </div>
    </figure>
  );
}
