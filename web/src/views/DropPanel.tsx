/** Which files are to be uploaded, by which recipe, and where that puts them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../access/errors";
import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import { problemWith, storedName } from "../naming/names";
import { shownName } from "../naming/shown";
import { isDropOpen, notice } from "../state";
import { chosen } from "../upload/dropped";
import { AT_THE_ROOT, type Place, type Recipe } from "../upload/recipes";
import { record, recording, stopRecording } from "../upload/recorder";
import type { Order } from "../upload/transfer";
import { start, taken } from "../upload/transfers";
import { words } from "../words";
import { Clash, type Decision, withCopies } from "./Clash";
import { gather, gathered } from "./DropTarget";
import { RecipeMenu } from "./RecipeMenu";

interface Props {
  storage: Storage;
  follower: Follower;
  recipes: Promise<Recipe[]>;
}

export function DropPanel({ storage, follower, recipes }: Props) {
  const [place, setPlace] = useState<Place | undefined>(AT_THE_ROOT);
  const [clashes, setClashes] = useState<{ orders: Order[]; taken: Map<string, string> }>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  function send(orders: Order[]) {
    start(storage, orders, (file) => follower.expect(file));
    gathered.value = [];
    isDropOpen.value = false;
  }

  async function upload() {
    if (!place) return;
    const { orders, refused } = ordersFor(place);
    notice.value = refused.join(" ");
    try {
      const found = await taken(
        storage,
        orders.map((order) => order.name),
      );
      if (found.size > 0) setClashes({ orders, taken: found });
      else send(orders);
    } catch (error) {
      notice.value = sentenceOf(error);
    }
  }

  async function decided(decision: Decision) {
    if (!clashes) return;
    const { orders } = clashes;
    if (decision === "skip") send(orders.filter((order) => !clashes.taken.has(order.name)));
    if (decision === "replace") {
      send(orders.map((order) => ({ ...order, replacing: clashes.taken.get(order.name) ?? null })));
    }
    if (decision === "rename") send(await withCopies(storage, orders, clashes.taken));
  }

  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-labelledby="drop-title"
      onClose={() => (isDropOpen.value = false)}
    >
      <h2 id="drop-title">{words.drop.title}</h2>
      {clashes ? (
        <Clash names={[...clashes.taken.keys()]} decided={decided} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void upload();
          }}
        >
          <Sources />
          <Chosen />
          <RecipeMenu recipes={recipes} chosen={setPlace} />
          <div class="bar">
            <button type="submit" class="primary" disabled={!place || gathered.value.length === 0}>
              {words.drop.start(gathered.value.length)}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              {words.drop.close}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

function ordersFor({ folder, metadata }: Place): { orders: Order[]; refused: string[] } {
  const orders: Order[] = [];
  const refused: string[] = [];
  for (const { file, path } of gathered.value) {
    const name = storedName(folder + path);
    const problem = problemWith(name);
    if (problem) refused.push(words.drop.refused(shownName(path), words.drop.badName[problem]));
    else orders.push({ file, name, metadata, replacing: null });
  }
  return { orders, refused };
}

function Sources() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const add = (event: { currentTarget: HTMLInputElement }) => gather(chosen(event.currentTarget.files ?? []));
  async function microphone() {
    try {
      gather([await record()]);
    } catch {
      setProblem(words.drop.noMicrophone);
    }
  }
  return (
    <div class="sources">
      <p class="quiet">
        {words.drop.here}, {words.drop.paste}.
      </p>
      <input ref={files} id="files" type="file" multiple hidden onChange={add} />
      <input ref={folder} type="file" hidden onChange={add} {...{ webkitdirectory: true }} />
      <button type="button" onClick={() => files.current?.click()}>
        {words.drop.choose}
      </button>
      <button type="button" onClick={() => folder.current?.click()}>
        {words.drop.folder}
      </button>
      <button type="button" onClick={() => (recording.value === null ? void microphone() : stopRecording())}>
        {recording.value === null ? words.drop.record : words.drop.stopRecording(recording.value)}
      </button>
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}

const MAX_NAMES = 100;

function Chosen() {
  if (gathered.value.length === 0) return <p class="quiet">{words.drop.none}</p>;
  return (
    <ul class="chosen" aria-label={words.drop.chosen}>
      {gathered.value.slice(0, MAX_NAMES).map((found) => (
        <li key={found.path}>
          <bdi>{shownName(found.path)}</bdi>
          <button
            type="button"
            aria-label={words.drop.remove(shownName(found.path))}
            onClick={() => (gathered.value = gathered.value.filter((each) => each !== found))}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
