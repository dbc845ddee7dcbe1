/** Which files are to be uploaded, by which recipe, and where that puts them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../access/errors";
import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import { problemWith, storedName } from "../naming/names";
import { shownName } from "../naming/shown";
import { isDropOpen, notice } from "../state";
import { type Clashes, clashesOf, type Decision, settled } from "../upload/clashes";
import { chosen, type Found } from "../upload/dropped";
import { BY_KIND, placeOf, type Recipe, type Target } from "../upload/recipes";
import { record, recording, stopRecording } from "../upload/recorder";
import type { Order } from "../upload/transfer";
import { start } from "../upload/transfers";
import { words } from "../words";
import { useAlone } from "./alone";
import { Clash } from "./Clash";
import { gather, gathered } from "./DropTarget";
import { useModal } from "./focus";
import { RecipeMenu } from "./RecipeMenu";

interface Props {
  storage: Storage;
  follower: Follower;
  recipes: Promise<Recipe[]>;
}

interface Question {
  clashes: Clashes;
  /** The files that were chosen when it was asked */
  from: Found[];
}

export function DropPanel({ storage, follower, recipes }: Props) {
  const [choice, choose] = useState(BY_KIND);
  const [question, setQuestion] = useState<Question>();
  const [problem, setProblem] = useState("");
  const dialog = useModal();
  const place = placeOf(choice);
  const { current: closing } = useRef(new AbortController());
  useEffect(() => stopRecording, []);
  useEffect(() => () => closing.abort(), []);

  /** What was dropped after the files that are sent is kept, and the panel stays open for it. */
  function send(orders: Order[], from: Found[]) {
    start(storage, orders, (file) => follower.expect(file));
    gathered.value = gathered.value.filter((each) => !from.includes(each));
    setQuestion(undefined);
    isDropOpen.value = gathered.value.length > 0 || recording.value !== null;
  }

  /** Work that asks storage first. What follows from its answer is not done where the panel was closed meanwhile. */
  async function ask(work: () => Promise<() => void>) {
    setProblem("");
    try {
      const follow = await work();
      if (!closing.signal.aborted) follow();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  }

  const [isBusy, upload] = useAlone(async (to: Target) =>
    ask(async () => {
      const from = gathered.value;
      const { orders, refused } = ordersFor(from, to);
      const clashes = await clashesOf(storage, orders);
      return () => {
        notice.value = refused.join(" ");
        if (clashes.causes.size > 0) setQuestion({ clashes, from });
        else send(orders, from);
      };
    }),
  );

  const [isDeciding, decide] = useAlone(async ({ clashes, from }: Question, decision: Decision) =>
    ask(async () => {
      const orders = await settled(storage, clashes, decision);
      return () => send(orders, from);
    }),
  );

  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-labelledby="drop-title"
      aria-busy={isBusy || isDeciding}
      onClose={() => (isDropOpen.value = false)}
    >
      <h2 id="drop-title">{words.drop.title}</h2>
      {problem && <p role="alert">{problem}</p>}
      {question ? (
        <Clash
          clashes={question.clashes}
          decided={(decision) => void decide(question, decision)}
          cancelled={() => setQuestion(undefined)}
        />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (place) void upload(place);
          }}
        >
          <Sources />
          <Chosen />
          <RecipeMenu recipes={recipes} choice={choice} choose={choose} place={place} />
          <div class="bar">
            <Start isPossible={place !== undefined} isBusy={isBusy} />
            <button type="button" onClick={() => dialog.current?.close()}>
              {words.drop.close}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

/** It has the focus once there are files: Enter is all that is left to do. */
function Start({ isPossible, isBusy }: { isPossible: boolean; isBusy: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  const count = gathered.value.length;
  useEffect(() => {
    if (document.activeElement?.matches("input:not([hidden]), select")) return;
    button.current?.focus();
    const first = button.current?.form?.querySelector("button");
    if (document.activeElement === document.body) first?.focus(); // nothing is left to upload
  }, [count]);
  return (
    <button
      ref={button}
      type="submit"
      class="primary"
      aria-disabled={isBusy}
      disabled={!isPossible || count === 0}
    >
      {words.drop.start(count)}
    </button>
  );
}

function ordersFor(files: Found[], { folder, metadata }: Target): { orders: Order[]; refused: string[] } {
  const orders: Order[] = [];
  const refused: string[] = [];
  for (const { file, path } of files) {
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
  function add({ currentTarget: input }: { currentTarget: HTMLInputElement }) {
    gather(chosen(input.files ?? []));
    input.value = ""; // else the same choice, once left out, could not be made again
  }
  async function microphone() {
    setProblem("");
    try {
      const found = await record();
      if (!found) return;
      gathered.value = [...gathered.value, found]; // the panel may be closed meanwhile, and stays so
      if (!isDropOpen.value) notice.value = words.drop.kept(found.path);
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

const NAMES_AT_A_TIME = 100;

function Chosen() {
  const [shown, show] = useState(NAMES_AT_A_TIME);
  const { value: all } = gathered;
  if (all.length === 0) return <p class="quiet">{words.drop.none}</p>;
  return (
    <>
      <ul class="chosen" aria-label={words.drop.chosen}>
        {all.slice(0, shown).map((found) => (
          <li key={found}>
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
      {all.length > shown && (
        <button type="button" onClick={() => show(shown + NAMES_AT_A_TIME)}>
          {words.drop.more(all.length - shown)}
        </button>
      )}
    </>
  );
}
