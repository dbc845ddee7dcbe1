/** Everything can be done by keys; `?` shows which. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Storage } from "../access/storage";
import { shown } from "../inbox/filters";
import { type Follower, items } from "../inbox/follow";
import { current } from "../player/player";
import { go, isDropOpen, place, rights, selected } from "../state";
import { words } from "../words";
import { redriveAll } from "./actions";
import { isDialogOpen, useModal } from "./focus";

const isOpen = signal(false);

export function useKeys(storage: Storage, follower: Follower): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTaken(event.key, event.target) ||
        isDialogOpen()
      )
        return;
      const done = act(event.key, storage, follower);
      if (done) event.preventDefault();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Do what the key means here; false where it means nothing. */
function act(key: string, storage: Storage, follower: Follower): boolean {
  const at = place.value;
  switch (key) {
    case "/":
      if (at.view !== "inbox") go({ view: "inbox" });
      requestAnimationFrame(() => document.getElementById("search")?.focus());
      return true;
    case "Escape":
      if (at.view === "inbox") return false;
      go({ view: "inbox" });
      return true;
    case "d":
      isDropOpen.value = rights.value.drop;
      return rights.value.drop;
    case "n":
      go({ view: "numbers" });
      return true;
    case "?":
      isOpen.value = true;
      return true;
    case "j":
    case "k":
      return at.view === "file" && step(at.name, key === "j" ? 1 : -1);
    case "r":
      return again(storage, follower);
    case " ":
      current?.toggle();
      return current !== undefined;
    default:
      return false;
  }
}

function step(name: string, by: number): boolean {
  const at = shown.value.findIndex((item) => item.name === name);
  const to = at < 0 ? undefined : shown.value[at + by];
  if (to) go({ view: "file", name: to.name });
  return to !== undefined;
}

function again(storage: Storage, follower: Follower): boolean {
  const at = place.value;
  const names = at.view === "file" ? new Set([at.name]) : selected.value;
  const failed = items.value.filter((item) => names.has(item.name) && item.status === "error");
  if (!rights.value.redrive || failed.length === 0) return false;
  void redriveAll(storage, follower, failed);
  return true;
}

/** Whether the key means something where it was pressed. */
function isTaken(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const writing = "select, textarea, audio, input:not([type=checkbox])";
  return target.matches(key === " " ? `${writing}, input, summary, button, a` : writing);
}

export function KeysDialog() {
  useEffect(() => {
    if (isDropOpen.value) isOpen.value = false; // files were dropped over it
  }, [isDropOpen.value]);
  return (
    <>
      <footer class="foot">
        <button type="button" onClick={() => (isOpen.value = true)}>
          {words.keys.open} (?)
        </button>
        <a href="licences.txt">{words.licences}</a>
      </footer>
      {isOpen.value && !isDropOpen.value && <KeysTable />}
    </>
  );
}

function KeysTable() {
  const dialog = useModal();
  return (
    <dialog ref={dialog} class="panel" aria-labelledby="keys-title" onClose={() => (isOpen.value = false)}>
      <h2 id="keys-title">{words.keys.title}</h2>
      <table class="data">
        <tbody>
          {words.keys.list
            .filter(([key]) => isAllowed(key))
            .map(([key, what]) => (
              <tr key={key}>
                <th scope="row">
                  <kbd>{key}</kbd>
                </th>
                <td>{what}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <button type="button" class="primary" onClick={() => dialog.current?.close()}>
        {words.keys.close}
      </button>
    </dialog>
  );
}

/** Whether a key does something with the rights of who looks. */
function isAllowed(key: string): boolean {
  const { drop, redrive } = rights.value;
  return (key !== "d" || drop) && (key !== "r" || redrive);
}
