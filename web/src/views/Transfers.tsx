/** The uploads of this tab, with their progress. */

import type { Follower } from "../inbox/follow";
import type { Listed } from "../inbox/items";
import { shownName } from "../naming/shown";
import type { Transfer } from "../upload/transfer";
import { clearFinished, resume, transfers } from "../upload/transfers";
import { words } from "../words";

const MAX_SHOWN = 50;

export function Transfers({ follower }: { follower: Follower }) {
  const all = transfers.value;
  if (all.length === 0) return null;
  const isEach = all.every((transfer) => transfer.isOver);
  const arrived = (file: Listed) => follower.expect(file);
  return (
    <aside class="transfers" aria-label={words.transfers.title}>
      <div class="bar">
        <h2>{words.transfers.title}</h2>
        <span class="grow" />
        <span class="quiet">
          {all.filter((transfer) => transfer.isOver).length} / {all.length}
        </span>
        <button
          type="button"
          onClick={() => clearFinished()}
          disabled={!isEach && !all.some((each) => each.isOver)}
        >
          {words.transfers.clear}
        </button>
      </div>
      <ul>
        {[...all.filter((each) => !each.isOver), ...all.filter((each) => each.isOver)]
          .slice(0, MAX_SHOWN)
          .map((transfer) => (
            <Line key={transfer.id} transfer={transfer} arrived={arrived} />
          ))}
      </ul>
    </aside>
  );
}

function Line({ transfer, arrived }: { transfer: Transfer; arrived: (file: Listed) => void }) {
  const { name, file } = transfer.order;
  const state = transfer.state.value;
  const isStopped = state === "paused" || state === "failed";
  return (
    <li class={`transfer ${state}`}>
      <bdi>{shownName(name)}</bdi>
      <progress
        max={file.size || 1}
        value={file.size ? transfer.sent.value : 1}
        aria-label={words.transfers.name(shownName(name))}
      />
      <span class="quiet">{words.transfers.state[state]}</span>
      {(state === "running" || isStopped) && (
        <button type="button" onClick={() => (isStopped ? resume(transfer, arrived) : transfer.pause())}>
          {isStopped ? words.transfers[state === "failed" ? "retry" : "resume"] : words.transfers.pause}
        </button>
      )}
      {!transfer.isOver && (
        <button type="button" onClick={() => transfer.cancel()}>
          {words.transfers.cancel}
        </button>
      )}
      {transfer.problem.value && <span role="alert">{transfer.problem}</span>}
    </li>
  );
}
