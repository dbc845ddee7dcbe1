/** A file beside its answer. */

import { useComputed } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import type { Storage } from "../access/storage";
import { type Fetched, fetchDocument, isTooLong } from "../documents/fetch";
import { type Shown, shownAs } from "../documents/kinds";
import { shown as rows } from "../inbox/filters";
import { type Follower, isListing, items } from "../inbox/follow";
import type { Item } from "../inbox/items";
import { shownName } from "../naming/shown";
import { Player } from "../player/player";
import { addAnswer } from "../search/answers";
import { go } from "../state";
import { words } from "../words";
import { AnswerView } from "./AnswerView";
import { Facts } from "./Facts";
import { Media } from "./Media";
import { Outcome } from "./Outcome";
import { StatusMark } from "./Row";
import { useFetched } from "./useFetched";

interface Props {
  name: string;
  storage: Storage;
  follower: Follower;
}

export function FileView({ name, storage, follower }: Props) {
  const found = useComputed(() => items.value.find((item) => item.name === name));
  const item = found.value;
  if (!item) {
    return (
      <section class="file">
        <FileHead name={name} item={undefined} />
        <p class="empty">{isListing.value ? words.list.listing : words.file.unlisted}</p>
      </section>
    );
  }
  return <OpenFile item={item} storage={storage} follower={follower} />;
}

function OpenFile({ item, storage, follower }: { item: Item; storage: Storage; follower: Follower }) {
  const [player] = useState(() => new Player());
  const [fetched, problem] = useDocument(item, storage);
  const document = fetched?.document;
  const isSettled = !item.document || isTooLong(item) || fetched !== undefined || problem !== "";
  const shown = useShown(item, isSettled ? (document?.input.mediaType ?? "") : undefined);
  return (
    <section class="file">
      <FileHead name={item.name} item={item} />
      <div class="beside">
        <div class="media">
          {shown && (
            <Media
              key={item.file?.etag}
              item={item}
              shown={shown}
              seconds={document?.input.seconds ?? null}
              storage={storage}
              player={player}
            />
          )}
        </div>
        <div class="answer">
          <Outcome item={item} fetched={fetched} problem={problem} storage={storage} follower={follower} />
          {document && <AnswerView document={document} player={player} />}
          {document && <Facts document={document} />}
        </div>
      </div>
    </section>
  );
}

function FileHead({ name, item }: { name: string; item: Item | undefined }) {
  const at = rows.value.findIndex((each) => each.name === name);
  const [newer, older] = [rows.value[at - 1], at < 0 ? undefined : rows.value[at + 1]];
  return (
    <div class="bar filehead">
      <button type="button" onClick={() => go({ view: "inbox" })}>
        ← {words.file.back}
      </button>
      <h1>
        <bdi>{shownName(name)}</bdi>
      </h1>
      {item && <StatusMark item={item} />}
      <span class="grow" />
      <Step to={newer} label={words.file.previous} sign="↑" />
      <Step to={older} label={words.file.next} sign="↓" />
    </div>
  );
}

function Step({ to, label, sign }: { to: Item | undefined; label: string; sign: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={!to}
      onClick={() => to && go({ view: "file", name: to.name })}
    >
      {sign}
    </button>
  );
}

/**
 * How the file is shown; undefined until its document was looked at. A document that comes later, or goes, changes it only
 * where it makes another kind of thing of the file: sound goes on, and a picture stays as it was zoomed.
 */
function useShown(item: Item, mediaType: string | undefined): Shown | undefined {
  const kept = useRef<{ of: string | undefined; shown: Shown }>(undefined);
  const of = item.file?.etag;
  const before = kept.current?.of === of ? kept.current?.shown : undefined;
  if (mediaType === undefined || (before && !mediaType)) return before;
  const now = shownAs(item.name, mediaType);
  kept.current = { of, shown: before?.as === now.as ? before : now };
  return kept.current.shown;
}

/** The document of the row, fetched anew whenever there is another. */
function useDocument(item: Item, storage: Storage): [Fetched | undefined, string] {
  const fetch = async () => {
    const fetched = await fetchDocument(storage, item);
    if (fetched?.document) void addAnswer(item, fetched.document);
    return fetched;
  };
  return useFetched(fetch, [item.name, item.document?.etag]);
}
