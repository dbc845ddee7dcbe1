/** The page as a whole: its head, one of its views, the panel for dropping, and the uploads. */

import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import { problem } from "../inbox/follow";
import { shownName } from "../naming/shown";
import { addressOf, isDropOpen, notice, place, rights } from "../state";
import type { Recipe } from "../upload/recipes";
import { words } from "../words";
import { DropPanel } from "./DropPanel";
import { DropTarget } from "./DropTarget";
import { FileView } from "./FileView";
import { useKeptFocus } from "./focus";
import { InboxView } from "./InboxView";
import { KeysDialog, useKeys } from "./Keys";
import { NumbersView } from "./NumbersView";
import { Transfers } from "./Transfers";

interface Props {
  storage: Storage;
  follower: Follower;
  recipes: Promise<Recipe[]>;
}

export function Page({ storage, follower, recipes }: Props) {
  useKeys(storage, follower);
  useKeptFocus();
  const { value: at } = place;
  const title = at.view === "file" ? shownName(at.name) : words.views[at.view];
  useEffect(() => {
    document.title = words.documentTitle(title);
  }, [title]);
  return (
    <DropTarget>
      <Head storage={storage} />
      <Notices />
      <main>
        {at.view === "inbox" && <InboxView storage={storage} follower={follower} />}
        {at.view === "file" && (
          <FileView key={at.name} name={at.name} storage={storage} follower={follower} />
        )}
        {at.view === "numbers" && <NumbersView />}
      </main>
      <Transfers follower={follower} />
      {isDropOpen.value && <DropPanel storage={storage} follower={follower} recipes={recipes} />}
      <KeysDialog />
    </DropTarget>
  );
}

function Head({ storage }: { storage: Storage }) {
  const { view } = place.value;
  return (
    <header class="head">
      <a class="brand" href={addressOf({ view: "inbox" })}>
        <img src="icon.svg" alt="" width="28" height="28" />
        {words.title}
      </a>
      <nav aria-label={words.views.label}>
        <a href={addressOf({ view: "inbox" })} aria-current={view === "inbox" ? "page" : undefined}>
          {words.views.inbox}
        </a>
        <a href={addressOf({ view: "numbers" })} aria-current={view === "numbers" ? "page" : undefined}>
          {words.views.numbers}
        </a>
      </nav>
      <span class="grow" />
      {rights.value.drop && (
        <button type="button" id="drop-button" class="primary" onClick={() => (isDropOpen.value = true)}>
          {words.drop.button}
        </button>
      )}
      {storage.signOut && (
        <button type="button" onClick={storage.signOut}>
          {words.signIn.out}
        </button>
      )}
    </header>
  );
}

function Notices() {
  const isReadOnly = useComputed(() => rights.value.isKnown && !rights.value.drop && !problem.value);
  return (
    <div aria-live="polite" class="notices">
      {problem.value && <p class="notice bad">{problem}</p>}
      {notice.value && <p class="notice">{notice}</p>}
      {isReadOnly.value && <p class="notice quiet">{words.readOnly}</p>}
    </div>
  );
}
