/** The file itself: a picture, pages or sound; of other kinds a word, and the download. */

import { useState } from "preact/hooks";
import { sentenceOf } from "../access/errors";
import type { Storage } from "../access/storage";
import { fetchFile } from "../documents/fetch";
import { type Shown, shownAs } from "../documents/kinds";
import { save } from "../export/save";
import type { Item } from "../inbox/items";
import { savedName } from "../naming/shown";
import type { Player } from "../player/player";
import { Sound } from "../player/Sound";
import { words } from "../words";
import { Pages } from "./Pages";
import { Picture } from "./Picture";
import { useFetched } from "./useFetched";

const MAX_UNASKED = 60_000_000;

interface Props {
  item: Item;
  mediaType: string;
  storage: Storage;
  player: Player;
}

export function Media({ item, mediaType, storage, player }: Props) {
  const shown = shownAs(item.name, mediaType);
  const [isAsked, setAsked] = useState(false);
  const bytes = item.file?.bytes ?? 0;
  const isWanted = item.file !== null && shown.as !== "nothing" && (isAsked || bytes <= MAX_UNASKED);
  const [content, problem] = useFile(item, shown, storage, isWanted);
  if (!item.file) return <p class="notice">{words.file.gone}</p>;
  return (
    <>
      {problem && <p class="notice bad">{problem}</p>}
      {shown.as === "nothing" && <p class="notice">{words.file.cannotShow}</p>}
      {shown.as !== "nothing" && !isWanted && (
        <p class="notice">
          {words.file.tooLarge(Math.round(bytes / 1e6))}{" "}
          <button type="button" onClick={() => setAsked(true)}>
            {words.file.loadAnyway}
          </button>
        </p>
      )}
      {isWanted && !content && !problem && <p class="quiet">{words.file.loading}</p>}
      {content && <Content shown={shown} content={content} player={player} />}
      <Download item={item} storage={storage} />
    </>
  );
}

function Content({ shown, content, player }: { shown: Shown; content: Blob; player: Player }) {
  if (shown.as === "picture") return <Picture content={content} />;
  if (shown.as === "pages") return <Pages content={content} />;
  return shown.as === "sound" ? <Sound content={content} player={player} /> : null;
}

function Download({ item, storage }: { item: Item; storage: Storage }) {
  const [problem, setProblem] = useState("");
  async function download() {
    const type = "application/octet-stream";
    try {
      const content = await fetchFile(storage, item, type, new AbortController().signal);
      save(content, savedName(item.name, ""), type);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  }
  return (
    <p>
      <button type="button" onClick={download}>
        {words.file.original}
      </button>
      {problem && <span role="alert"> {problem}</span>}
    </p>
  );
}

function useFile(item: Item, shown: Shown, storage: Storage, isWanted: boolean): [Blob | undefined, string] {
  const type = shown.as === "nothing" ? "" : shown.type;
  const fetch = (stop: AbortSignal) => fetchFile(storage, item, type, stop);
  return useFetched(isWanted ? fetch : undefined, [item.name, item.file?.etag, type, isWanted]);
}
