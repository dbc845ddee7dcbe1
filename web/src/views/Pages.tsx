/** A PDF file, in the viewer that the browser has for them: it runs apart from the page, and cannot reach it. */

import { words } from "../words";
import { useAddress } from "./address";

export function Pages({ content }: { content: Blob }) {
  const address = useAddress(content);
  if (!navigator.pdfViewerEnabled) return <p class="notice">{words.file.noPages}</p>;
  return address ? <iframe class="pages" src={address} title={words.file.pages} /> : null;
}
