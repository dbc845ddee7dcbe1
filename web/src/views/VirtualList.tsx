/** A list of which only the rows in sight are on the page. One row has the focus; keys move it. */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Storage } from "../access/storage";
import type { Item } from "../inbox/items";
import { pick, selectAll } from "../inbox/selection";
import { go, selected } from "../state";
import { words } from "../words";
import { Row } from "./Row";

export const ROW = 56;
const SPARE = 4;
/** The height of the heads of the columns, which stay in sight */
const HEADS = 32;
/** The name of the row that has the focus; it keeps it while rows come and go. */
export const focused = signal("");
const scrolled = { top: 0 };

export function VirtualList({ rows, storage }: { rows: Item[]; storage: Storage }) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: scrolled.top, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = scrolled.top;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const name = focused.value;
  const at = useMemo(() => Math.max(0, name ? rows.findIndex((row) => row.name === name) : 0), [rows, name]);
  useEffect(() => {
    // Who writes into the search box, or is in a dialog, keeps the keyboard.
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, []);
  const first = Math.max(0, Math.floor(view.top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + SPARE);
  // Rows that come take over the elements of rows that go: new ones cost half as much again, and lose the focus.
  const elements = Math.ceil(view.height / ROW) + 2 * SPARE + 1;

  function onScroll(event: { currentTarget: HTMLElement }) {
    scrolled.top = event.currentTarget.scrollTop;
    setView({ top: scrolled.top, height: event.currentTarget.clientHeight });
  }

  function onKeyDown(event: KeyboardEvent) {
    const to = destination(event, at, rows.length, Math.floor(view.height / ROW));
    const row = rows[to ?? at];
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      selectAll();
    }
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) {
      event.preventDefault();
      focused.value = row.name;
      bringIntoView(box.current, to);
    } else if (event.key === "Enter") go({ view: "file", name: row.name });
    else if (["x", "X"].includes(event.key)) pick(row.name, event.shiftKey);
  }

  return (
    <div
      class="list"
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={words.list.label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={at >= first && at < last ? `row-${at}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <Heads />
      <div role="rowgroup" class="rows" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(first, last).map((item, place) => (
          <Row
            key={(first + place) % elements}
            item={item}
            place={first + place}
            isFocused={first + place === at}
            isSelected={selected.value.has(item.name)}
            storage={storage}
          />
        ))}
      </div>
    </div>
  );
}

function Heads() {
  const { column } = words.list;
  return (
    <div role="rowgroup" class="heads">
      <div role="row" aria-rowindex={1} class="row">
        <span role="columnheader" class="cell">
          <span class="unseen">{words.list.pick}</span>
        </span>
        <span role="columnheader" class="cell">
          <span class="unseen">{words.list.kind}</span>
        </span>
        {(["name", "status", "recipe", "tokens", "cost", "age"] as const).map((each) => (
          <span key={each} role="columnheader" class={`cell ${each}`}>
            {column[each]}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Where a key leads; undefined where it leads nowhere. */
function destination(event: KeyboardEvent, at: number, count: number, page: number): number | undefined {
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const wanted = to[event.key];
  return wanted === undefined ? undefined : Math.min(count - 1, Math.max(0, wanted));
}

function bringIntoView(box: HTMLElement | null, place: number): void {
  if (!box) return;
  const top = place * ROW;
  const height = box.clientHeight - HEADS;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW > box.scrollTop + height) box.scrollTop = top + ROW - height;
}
