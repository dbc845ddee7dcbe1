/** An etag as documents have it: without quotes. */
export function bare(etag: string | undefined): string {
  return (etag ?? "").replaceAll('"', "");
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
