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
      <table role="img" aria-label={title}>
        <tbody>
          {costly.slice(0, MAX_BARS).map((sum) => (
            <tr key={sum.of}>
              <th scope="row">
                <bdi>{sum.of || words.numbers.unknown}</bdi>
              </th>
              <td class="track">
                <span style={{ width: `${(sum.cost / most) * 100}%` }} />
              </td>
              <td>{words.dollars(sum.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
