/** The files that a person means: dropped, with folders and all that is in them, or pasted. */

import { words } from "../words";

export interface Found {
  file: File;
  /** With the folders in which it lay */
  path: string;
}

/** The entries must be taken at once: the browser forgets them when its event is over. */
export function filesOf(data: DataTransfer): Promise<Found[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return Promise.resolve(chosen(data.files));
  return Promise.all(entries.map(inside)).then((found) => found.flat());
}

export function chosen(files: Iterable<File>): Found[] {
  return [...files]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !path.split("/").slice(1).some(isClutter));
}

/** Pictures come from the clipboard under one name all; the time makes names of their own. */
export function pasted(data: DataTransfer): Found[] {
  return [...data.files].map((file) => {
    const ending = file.name.split(".").at(-1) ?? "png";
    return { file, path: file.name === "image.png" ? `${words.pasted(stamp())}.${ending}` : file.name };
  });
}

/** Such as 2026-11-26 07.30.12: colons cannot stand in the names of all file systems. */
export function stamp(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19).replaceAll(":", ".")}`;
}

async function inside(entry: FileSystemEntry): Promise<Found[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry instanceof FileSystemFileEntry) {
    return [{ file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)), path }];
  }
  const found: Found[] = [];
  if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    // A reader gives some entries at a time, and none at the end.
    for (let some = await next(reader); some.length > 0; some = await next(reader)) {
      for (const each of some) if (!isClutter(each.name)) found.push(...(await inside(each)));
    }
  }
  return found;
}

function next(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

/** What systems put into folders, and nobody means; a file that was chosen by itself is meant, whatever its name. */
function isClutter(name: string): boolean {
  return name.startsWith(".") || ["thumbs.db", "desktop.ini"].includes(name.toLowerCase());
}
