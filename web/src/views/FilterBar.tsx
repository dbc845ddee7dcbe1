/** The filters above the list, and what makes answers searchable. */

import { useRef } from "preact/hooks";
import type { Storage } from "../access/storage";
import { filter, filters, NO_FILTERS, recipesSeen, shown } from "../inbox/filters";
import type { Status } from "../inbox/items";
import { indexed } from "../search/answers";
import { fetchAnswers, fetchProgress, stopFetching } from "../search/fetching";
import { notice } from "../state";
import { words } from "../words";

/** Each word is looked for in every name and answer. */
const MAX_WORDS = 300;
const STATUSES: Status[] = ["waiting", "ok", "warning", "error"];

export function FilterBar({ storage }: { storage: Storage }) {
  const { status, recipe, day } = filters.value;
  return (
    <form
      class="filters"
      role="search"
      aria-label={words.filters.label}
      onSubmit={(event) => event.preventDefault()}
    >
      <SearchBox />
      <label>
        {words.filters.status}
        <select
          value={status}
          onChange={(event) => filter({ status: event.currentTarget.value as Status | "" })}
        >
          <option value="">{words.filters.all}</option>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {words.status[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.filters.recipe}
        <select value={recipe} onChange={(event) => filter({ recipe: event.currentTarget.value })}>
          <option value="">{words.filters.all}</option>
          {recipesSeen.value.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.filters.day}
        <input type="date" value={day} onChange={(event) => filter({ day: event.currentTarget.value })} />
      </label>
      {filters.value !== NO_FILTERS && (
        <button type="button" onClick={() => (filters.value = NO_FILTERS)}>
          {words.filters.clear}
        </button>
      )}
      <Indexing storage={storage} />
    </form>
  );
}

function SearchBox() {
  const timer = useRef(0);
  return (
    <input
      id="search"
      type="search"
      maxLength={MAX_WORDS}
      placeholder={words.filters.words}
      aria-label={words.filters.words}
      value={filters.value.words}
      onInput={(event) => {
        const { value } = event.currentTarget;
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => filter({ words: value }), 150);
      }}
    />
  );
}

/** How far it is stands there for those who look; to those who listen only its end is said. */
function Indexing({ storage }: { storage: Storage }) {
  const progress = fetchProgress.value;
  const fetch = async () => {
    notice.value = await fetchAnswers(storage, shown.value);
  };
  return (
    <span class="indexing">
      {progress ? (
        <>
          {words.filters.indexing(progress.done, progress.all)}{" "}
          <button type="button" onClick={stopFetching}>
            {words.filters.stop}
          </button>
        </>
      ) : (
        <button type="button" onClick={fetch}>
          {words.filters.index}
        </button>
      )}{" "}
      <span role="status">{!progress && indexed.value > 0 && words.filters.indexed(indexed.value)}</span>
    </span>
  );
}
