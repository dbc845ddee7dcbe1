/** The file itself: a picture, pages or sound; of other kinds a word, and the download. */

import { useState } from "preact/hooks";
import type { Storage } from "../access/storage";
import { fetchFile } from "../documents/fetch";
import type { Shown } from "../documents/kinds";
import { pixelsOf } from "../documents/pixels";
import type { Item } from "../inbox/items";
import { savedName } from "../naming/shown";
import type { Player } from "../player/player";
import { Sound } from "../player/Sound";
import { words } from "../words";
import { Download } from "./Download";
import { Pages } from "./Pages";
import { Picture } from "./Picture";
import { useFetched } from "./useFetched";

const MAX_UNASKED = 60_000_000;

/** 240 MB while it is shown: more than the cameras of most phones make */
const MAX_PIXELS_UNASKED = 60_000_000;

interface Props {
  item: Item;
  shown: Shown;
  /** How long it plays, where its document tells */
  seconds: number | null;
  storage: Storage;
  player: Player;
}

export function Media({ item, shown, seconds, storage, player }: Props) {
  const [asked, setAsked] = useState({ bytes: false, pixels: false });
  const bytes = item.file?.bytes ?? 0;
  const isWanted = item.file !== null && shown.as !== "nothing" && (asked.bytes || bytes <= MAX_UNASKED);
  const [fetched, problem] = useFile(item, shown, storage, isWanted);
  if (!item.file) return <p class="notice">{words.file.gone}</p>;
  const isHuge = !asked.pixels && fetched !== undefined && !(fetched.pixels <= MAX_PIXELS_UNASKED);
  const ask = (why: string, about: "bytes" | "pixels") => (
    <p class="notice">
      {why}{" "}
      <button type="button" onClick={() => setAsked({ ...asked, [about]: true })}>
        {words.file.loadAnyway}
      </button>
    </p>
  );
  return (
    <>
      {problem && <p class="notice bad">{problem}</p>}
      {shown.as === "nothing" && <p class="notice">{words.file.cannotShow}</p>}
      {shown.as !== "nothing" && !isWanted && ask(words.file.tooLarge(Math.round(bytes / 1e6)), "bytes")}
      {isHuge && ask(words.file.tooManyPixels(fetched.pixels / 1e6), "pixels")}
      {isWanted && !fetched && !problem && <p class="quiet">{words.file.loading}</p>}
      {fetched && !isHuge && (
        <Content shown={shown} content={fetched.content} seconds={seconds} player={player} />
      )}
      <Original item={item} storage={storage} />
    </>
  );
}

type ContentProps = Pick<Props, "shown" | "seconds" | "player"> & { content: Blob };

function Content({ shown, content, seconds, player }: ContentProps) {
  if (shown.as === "picture") return <Picture content={content} />;
  if (shown.as === "pages") return <Pages content={content} />;
  return shown.as === "sound" ? <Sound content={content} seconds={seconds} player={player} /> : null;
}

function Original({ item, storage }: { item: Item; storage: Storage }) {
  const type = "application/octet-stream";
  return (
    <p>
      <Download
        label={words.file.original}
        name={savedName(item.name, "")}
        type={type}
        fetch={() => fetchFile(storage, item, type, new AbortController().signal)}
      />
    </p>
  );
}

interface File {
  content: Blob;
  /** 0 of what is no picture, NaN where it is not known */
  pixels: number;
}

function useFile(item: Item, shown: Shown, storage: Storage, isWanted: boolean): [File | undefined, string] {
  const type = shown.as === "nothing" ? "" : shown.type;
  const fetch = async (stop: AbortSignal) => {
    const content = await fetchFile(storage, item, type, stop);
    return { content, pixels: shown.as === "picture" ? ((await pixelsOf(content)) ?? Number.NaN) : 0 };
  };
  return useFetched(isWanted ? fetch : undefined, [item.name, item.file?.etag, type, isWanted]);
}
