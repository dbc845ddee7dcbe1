/** A file in the list. */

import type { Storage } from "../access/storage";
import type { Item } from "../inbox/items";
import { pick } from "../inbox/selection";
import { shownName } from "../naming/shown";
import { addressOf } from "../state";
import { words } from "../words";
import { age } from "./age";
import { Thumbnail } from "./Thumbnail";
import { focused, ROW } from "./VirtualList";

interface Props {
  item: Item;
  place: number;
  isFocused: boolean;
  isSelected: boolean;
  storage: Storage;
}

export function Row({ item, place, isFocused, isSelected, storage }: Props) {
  const name = shownName(item.name);
  const slash = name.lastIndexOf("/");
  return (
    <div
      id={`row-${place}`}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      class={isFocused ? "row focused" : "row"}
      style={{ transform: `translateY(${place * ROW}px)` }}
      onMouseDown={() => (focused.value = item.name)}
    >
      <span role="gridcell" class="cell pick">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={words.list.select(name)}
          checked={isSelected}
          onMouseDown={(event) => event.shiftKey && event.preventDefault()} // else it selects the text between
          onClick={(event) => pick(item.name, event.shiftKey)}
        />
      </span>
      <span role="gridcell" class="cell icon">
        <Thumbnail item={item} storage={storage} />
      </span>
      <span role="gridcell" class="cell name">
        <a href={addressOf({ view: "file", name: item.name })} tabIndex={-1} title={name}>
          <bdi class="folder">{name.slice(0, slash + 1)}</bdi>
          <bdi class="leaf">{name.slice(slash + 1)}</bdi>
        </a>
        {!item.file && <em> {words.list.gone}</em>}
      </span>
      <span role="gridcell" class="cell status">
        <StatusMark item={item} />
      </span>
      <span role="gridcell" class="cell recipe">
        <bdi>{item.recipe}</bdi>
      </span>
      <span role="gridcell" class="cell tokens">
        {item.tokens === null ? "" : words.number(item.tokens)}
      </span>
      <span role="gridcell" class="cell cost">
        {item.cost === null ? "" : words.dollars(item.cost)}
      </span>
      <span role="gridcell" class="cell age">
        <time dateTime={new Date(item.time).toISOString()}>{age(item.time)}</time>
      </span>
    </div>
  );
}

export function StatusMark({ item }: { item: Item }) {
  const code = item.status === "error" ? item.code.replaceAll("_", " ") : "";
  return (
    <span class={`mark ${item.status}`} title={code}>
      {words.status[item.status]}
      {code && <span class="code"> {code}</span>}
    </span>
  );
}
