/** How a file is shown. The type comes from a list of ours, so that no file is ever taken for a page. */

export type Shown = { as: "picture" | "pages" | "sound"; type: string } | { as: "nothing" };

const PICTURES = [
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
  "image/x-icon",
];
const BY_ENDING: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  ico: "image/x-icon",
  pdf: "application/pdf",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  m4a: "audio/mp4",
  mp4: "audio/mp4",
  aac: "audio/aac",
  webm: "audio/webm",
};

/** What the document says that the file is comes first, then the ending of its name. */
export function shownAs(name: string, mediaType: string): Shown {
  const type = mediaType || BY_ENDING[/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ""] || "";
  if (PICTURES.includes(type)) return { as: "picture", type };
  if (type === "application/pdf") return { as: "pages", type };
  if (/^(audio|video)\/[a-z0-9.+-]+$/.test(type))
    return { as: "sound", type: type.replace(/^video/, "audio") };
  return { as: "nothing" };
}
