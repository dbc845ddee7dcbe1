/** What became of a file, in words: it waits, failed and why, or has warnings; and what can be done now. */

import type { Storage } from "../access/storage";
import { besideFor, fetchBeside } from "../documents/beside";
import type { Document } from "../documents/document";
import { type Fetched, fetchJson, isTooLong } from "../documents/fetch";
import { type Format, formatsOf, TYPES, written } from "../export/formats";
import { save } from "../export/save";
import type { Follower } from "../inbox/follow";
import type { Item, Version } from "../inbox/items";
import { savedName } from "../naming/shown";
import { notice, rights } from "../state";
import { words } from "../words";
import { redriveAll } from "./actions";
import { Download } from "./Download";
import { Long } from "./Long";

interface Props {
  item: Item;
  fetched: Fetched | undefined;
  problem: string;
  storage: Storage;
  follower: Follower;
}

export function Outcome({ item, fetched, problem, storage, follower }: Props) {
  const document = fetched?.document;
  return (
    <div class="outcome">
      <div aria-live="polite">
        {problem && <p class="notice bad">{problem}</p>}
        {!item.document && <p class="notice">{words.file.waiting}</p>}
        {item.document && item.status === "waiting" && <p class="notice">{words.file.older}</p>}
        {isTooLong(item) && <p class="notice">{words.file.documentTooLong}</p>}
        {fetched && !document && <p class="notice bad">{words.file.noDocument}</p>}
        {document?.error && <Failure error={document.error} />}
        {document && document.warnings.length > 0 && <Warnings warnings={document.warnings} />}
      </div>
      <div class="bar">
        {item.status === "error" && rights.value.redrive && (
          <button type="button" class="primary" onClick={() => redriveAll(storage, follower, [item])}>
            {words.file.tryAgain}
          </button>
        )}
        {fetched && <Downloads item={item} json={fetched.json} document={document} storage={storage} />}
        {isTooLong(item) && item.document && <LongDocument of={item.document} storage={storage} />}
      </div>
    </div>
  );
}

function LongDocument({ of, storage }: { of: Version; storage: Storage }) {
  return (
    <Download
      label={words.file.downloadDocument(Math.round(of.bytes / 1e6))}
      name={savedName(of.name, "")}
      type={TYPES.json}
      fetch={() => fetchJson(storage, of)}
    />
  );
}

function Failure({ error }: { error: NonNullable<Document["error"]> }) {
  return (
    <div class="notice bad">
      <p>
        <Long text={error.message} />
      </p>
      <p>
        <strong>{words.file.nextStep}:</strong> <Long text={error.nextStep} />
      </p>
      {error.retryable && <p>{words.file.retryable}</p>}
    </div>
  );
}

const MAX_WARNINGS = 100;

function Warnings({ warnings }: { warnings: string[] }) {
  return (
    <div class="notice warn">
      <h2>{words.file.warnings}</h2>
      <ul>
        {warnings.slice(0, MAX_WARNINGS).map((warning, place) => (
          <li key={place}>
            <Long text={warning} />
          </li>
        ))}
      </ul>
      {warnings.length > MAX_WARNINGS && <p>{words.file.others(warnings.length - MAX_WARNINGS)}</p>}
    </div>
  );
}

interface ToSave {
  item: Item;
  json: string;
  document: Document | undefined;
  storage: Storage;
}

function Downloads({ item, json, document, storage }: ToSave) {
  return (
    <fieldset class="downloads">
      <legend>{words.file.download}</legend>
      {document &&
        formatsOf(document).map((format) => (
          <button
            key={format}
            type="button"
            title={besideFor(document, item, format) ? words.file.beside(format) : undefined}
            onClick={() => void saveAs(format, item, document, storage)}
          >
            {format}
          </button>
        ))}
      <button type="button" onClick={() => save(json, savedName(item.name, ".json"), TYPES.json)}>
        JSON
      </button>
    </fieldset>
  );
}

/** The file that the recipe wrote; where it wrote none, or that is not there any more, one of the same form. */
async function saveAs(format: Format, item: Item, document: Document, storage: Storage): Promise<void> {
  const listed = besideFor(document, item, format);
  const found = listed && (await fetchBeside(storage, listed));
  if (listed) notice.value = found ? "" : words.file.notBeside;
  save(found ?? written(document, format), savedName(item.name, `.${format}`), TYPES[format]);
}
