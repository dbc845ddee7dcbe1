/**
 * How many pixels a picture has, read from its first bytes: a file of 1 MB may have 400 million of them, of which a
 * browser makes 1.6 GB. The bytes say which format it is, as they do to the browser; the name and type may be wrong.
 */

/** Before its size, a photo may have pages of notes by its camera. */
const MAX_HEAD = 1_000_000;

/** Undefined where it is not known. Of AVIF and ICO it is not: what they say first need not be what is decoded. */
export async function pixelsOf(content: Blob): Promise<number | undefined> {
  return pixelsIn(new DataView(await content.slice(0, MAX_HEAD).arrayBuffer()));
}

export function pixelsIn(head: DataView): number | undefined {
  const read = FORMATS.find(({ begins }) => begins.test(letters(head, 0, 16)))?.read;
  try {
    return read?.(head) || undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the bytes end before the size
    throw error;
  }
}

type Read = (head: DataView) => number | undefined;

const FORMATS: { begins: RegExp; read: Read }[] = [
  { begins: /^\x89PNG.{8}IHDR/s, read: (head) => head.getUint32(16) * head.getUint32(20) },
  { begins: /^\xff\xd8\xff/, read: jpeg },
  { begins: /^GIF8[79]a/, read: gif },
  { begins: /^RIFF.{4}WEBPVP8X/s, read: (head) => (1 + uint24(head, 24)) * (1 + uint24(head, 27)) },
  { begins: /^RIFF.{4}WEBPVP8L/s, read: webpLossless },
  { begins: /^RIFF.{4}WEBPVP8 /s, read: (head) => sides(head.getUint16(26, true), head.getUint16(28, true)) },
  { begins: /^BM/, read: bmp },
];

/** Both sides in 14 bits; the others scale the picture, which no browser does. */
function sides(width: number, height: number): number {
  return (width & 0x3fff) * (height & 0x3fff);
}

function webpLossless(head: DataView): number {
  const bits = head.getUint32(21, true);
  return (1 + (bits & 0x3fff)) * (1 + ((bits >> 14) & 0x3fff));
}

function bmp(head: DataView): number {
  if (head.getUint32(14, true) === 12) return head.getUint16(18, true) * head.getUint16(20, true);
  return Math.abs(head.getInt32(18, true) * head.getInt32(22, true));
}

/** The size stands in the first frame header (SOF), after any number of other segments. */
function jpeg(head: DataView): number | undefined {
  for (let at = 2; head.getUint8(at) === 0xff; ) {
    const marker = head.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return head.getUint16(at + 5) * head.getUint16(at + 7);
    if (marker === 0xff) at += 1;
    else at += 2 + head.getUint16(at + 2);
  }
  return undefined;
}

/** A browser makes the screen as large as the first frame, where that is larger. */
function gif(head: DataView): number | undefined {
  let [width, height] = [head.getUint16(6, true), head.getUint16(8, true)];
  const flags = head.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  while (head.getUint8(at) === 0x21) {
    for (at += 2; head.getUint8(at) !== 0; ) at += 1 + head.getUint8(at);
    at += 1;
  }
  if (head.getUint8(at) !== 0x2c) return undefined;
  width = Math.max(width, head.getUint16(at + 1, true) + head.getUint16(at + 5, true));
  height = Math.max(height, head.getUint16(at + 3, true) + head.getUint16(at + 7, true));
  return width * height;
}

function uint24(head: DataView, at: number): number {
  return head.getUint16(at, true) + head.getUint8(at + 2) * 0x10000;
}

function letters(head: DataView, from: number, count: number): string {
  const bytes = new Uint8Array(head.buffer, head.byteOffset + from, Math.min(count, head.byteLength - from));
  return String.fromCharCode(...bytes);
}
