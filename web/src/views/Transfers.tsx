/** The uploads of this tab, with their progress. */

import type { Follower } from "../inbox/follow";
import type { Listed } from "../inbox/items";
import { shownName } from "../naming/shown";
import { outage } from "../upload/outage";
import type { State, Transfer } from "../upload/transfer";
import { allIn, clearFinished, resume, transfers } from "../upload/transfers";
import { words } from "../words";

const MAX_SHOWN = 50;
/** Those about which something can be done stand first. */
const ORDER: State[] = ["running", "failed", "paused", "waiting", "done", "cancelled"];

export function Transfers({ follower }: { follower: Follower }) {
  const all = transfers.value;
  if (all.length === 0) return null;
  const over = allIn("done", "cancelled").length;
  const failed = allIn("failed").length;
  const arrived = (file: Listed) => follower.expect(file);
  return (
    <aside class="transfers" aria-label={words.transfers.title}>
      <div class="bar">
        <h2>{words.transfers.title}</h2>
        <span class="grow" />
        <span class="quiet">
          {words.number(over)} / {words.number(all.length)}
        </span>
        {failed > 0 && <span class="quiet">{words.transfers.failed(failed)}</span>}
        {all.length - over > 1 && <ForAll arrived={arrived} />}
        <button type="button" onClick={() => clearFinished()} disabled={over === 0}>
          {words.transfers.clear}
        </button>
      </div>
      <Outage arrived={arrived} />
      <ul>
        {ORDER.flatMap((state) => allIn(state))
          .slice(0, MAX_SHOWN)
          .map((transfer) => (
            <Line key={transfer.id} transfer={transfer} arrived={arrived} />
          ))}
      </ul>
      {all.length > MAX_SHOWN && <p class="quiet">{words.transfers.more(all.length - MAX_SHOWN)}</p>}
    </aside>
  );
}

interface Arrived {
  arrived: (file: Listed) => void;
}

/** What can be done with all at once. */
function ForAll({ arrived }: Arrived) {
  const failed = allIn("failed");
  const paused = allIn("paused");
  const underWay = allIn("running", "waiting");
  return (
    <>
      {failed.length > 0 && (
        <button type="button" onClick={() => resume(failed, arrived)}>
          {words.transfers.retryAll}
        </button>
      )}
      {paused.length > 0 && (
        <button type="button" onClick={() => resume(paused, arrived)}>
          {words.transfers.resumeAll}
        </button>
      )}
      {underWay.length > 0 && (
        <button type="button" onClick={() => underWay.map((each) => each.pause())}>
          {words.transfers.pauseAll}
        </button>
      )}
      <button type="button" onClick={() => [...failed, ...paused, ...underWay].map((each) => each.cancel())}>
        {words.transfers.cancelAll}
      </button>
    </>
  );
}

/** Told once for all uploads that wait. */
function Outage({ arrived }: Arrived) {
  const isTold = outage.value !== "" && allIn("running", "waiting").length > 0;
  return (
    <div role="status" class="bar">
      {isTold && (
        <>
          <span>{words.transfers.away(outage.value)}</span>
          <button type="button" onClick={() => resume([], arrived)}>
            {words.transfers.now}
          </button>
        </>
      )}
    </div>
  );
}

function Line({ transfer, arrived }: Arrived & { transfer: Transfer }) {
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
      {!transfer.isOver && (
        <button type="button" onClick={() => (isStopped ? resume([transfer], arrived) : transfer.pause())}>
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
