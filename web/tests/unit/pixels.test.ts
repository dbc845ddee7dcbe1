import { expect, test } from "vitest";
import { pixelsIn, pixelsOf } from "../../src/documents/pixels";

const two = (value: number) => [value >> 8, value & 0xff];
const low = (value: number) => two(value).reverse();
const four = (value: number) => [...two(value >>> 16), ...two(value & 0xffff)];
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );

const notes = ["\xff\xe1", two(60_002), new Array(60_000).fill(0xff)] as const;
const comment = ["\x21\xfe\x03abc\0"] as const;

test.each([
  ["PNG", bytes("\x89PNG\r\n\x1a\n", four(13), "IHDR", four(20_000), four(20_000)), 400_000_000],
  ["JPEG", bytes("\xff\xd8\xff\xc2", two(17), [8], two(3000), two(4000)), 12_000_000],
  [
    "JPEG after long notes",
    bytes("\xff\xd8", ...notes, ...notes, "\xff\xff\xc0", two(17), [8], two(30), two(40)),
    1200,
  ],
  [
    "GIF",
    bytes(
      "GIF89a",
      low(10),
      low(20),
      [0x80, 0, 0],
      new Array(6).fill(0),
      ...comment,
      "\x2c",
      [0, 0, 0, 0],
      low(9),
      low(9),
    ),
    200,
  ],
  [
    "GIF with a larger frame",
    bytes("GIF89a", low(1), low(1), [0, 0, 0], "\x2c", [0, 0, 0, 0], low(60_000), low(50_000)),
    3e9,
  ],
  [
    "WEBP",
    bytes("RIFF", four(0), "WEBPVP8 ", four(0), [0, 0, 0, 0x9d, 1, 0x2a], low(640), low(480)),
    307_200,
  ],
  [
    "WEBP without losses",
    bytes("RIFF", four(0), "WEBPVP8L", four(0), [0x2f, 0xff, 0xff, 0xff, 0x0f]),
    16_384 * 16_384,
  ],
  [
    "WEBP with features",
    bytes("RIFF", four(0), "WEBPVP8X", four(0), four(0), [1, 0, 1, 2, 0, 0]),
    65_538 * 3,
  ],
  [
    "BMP",
    bytes("BM", four(0), four(0), four(0), [40, 0, 0, 0], [0, 0, 1, 0], [0xff, 0xff, 0xff, 0xff]),
    65_536,
  ],
])("the pixels of a %s are read from its first bytes", async (_, head, pixels) => {
  expect(await pixelsOf(new Blob([head]))).toBe(pixels);
  for (let end = 0; end < Math.min(head.length, 40); end += 1) {
    const cut = pixelsIn(new DataView(head.buffer, 0, end));
    expect(cut === undefined || cut === pixels).toBe(true);
  }
});

test.each([
  ["nothing", bytes()],
  ["text", bytes("GIF is a format")],
  ["an AVIF", bytes(four(28), "ftypavif", four(0), "avifmif1")],
  ["a JPEG that leaves its height open", bytes("\xff\xd8\xff\xc0", two(17), [8], two(0), two(4000))],
  [
    "a JPEG with other bytes between its parts",
    bytes("\xff\xd8\xff\xe0", two(2), "x\xff\xc0", two(17), [8], two(3), two(4)),
  ],
  ["a GIF without a frame", bytes("GIF89a", low(1), low(1), [0, 0, 0], "\x3b")],
])("of %s it is not known how many pixels it has", async (_, head) => {
  expect(await pixelsOf(new Blob([head]))).toBeUndefined();
});
