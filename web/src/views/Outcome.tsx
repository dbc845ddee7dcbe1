/** What became of a file, in words: it waits, failed and why, or has warnings; and what can be done now. */

import type { Storage } from "../access/storage";
import type { Document } from "../documents/document";
import type { Fetched } from "../documents/fetch";
import { formatsOf, TYPES, written } from "../export/formats";
import { save } from "../export/save";
import type { Follower } from "../inbox/follow";
import type { Item } from "../inbox/items";
import { savedName } from "../naming/shown";
import { rights } from "../state";
import { words } from "../words";
import { redriveAll } from "./actions";

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
    <div class="outcome" aria-live="polite">
      {problem && <p class="notice bad">{problem}</p>}
      {!item.document && <p class="notice">{words.file.waiting}</p>}
      {item.document && item.status === "waiting" && <p class="notice">{words.file.older}</p>}
      {fetched && !document && <p class="notice bad">{words.file.noDocument}</p>}
      {document?.error && <Failure error={document.error} />}
      {document && document.warnings.length > 0 && <Warnings warnings={document.warnings} />}
      <div class="bar">
        {item.status === "error" && rights.value.redrive && (
          <button type="button" class="primary" onClick={() => redriveAll(storage, follower, [item])}>
            {words.file.tryAgain}
          </button>
        )}
        {fetched && <Downloads name={item.name} json={fetched.json} document={document} />}
      </div>
    </div>
  );
}

function Failure({ error }: { error: NonNullable<Document["error"]> }) {
  return (
    <div class="notice bad">
      <p>{error.message}</p>
      <p>
        <strong>{words.file.nextStep}:</strong> {error.nextStep}
      </p>
      {error.retryable && <p>{words.file.retryable}</p>}
    </div>
  );
}

function Warnings({ warnings }: { warnings: string[] }) {
  return (
    <div class="notice warn">
      <h2>{words.file.warnings}</h2>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}

function Downloads({ name, json, document }: { name: string; json: string; document: Document | undefined }) {
  return (
    <fieldset class="downloads">
      <legend>{words.file.download}</legend>
      {document &&
        formatsOf(document).map((format) => (
          <button
            key={format}
            type="button"
            onClick={() => save(written(document, format), savedName(name, `.${format}`), TYPES[format])}
          >
            {format}
          </button>
        ))}
      <button type="button" onClick={() => save(json, savedName(name, ".json"), TYPES.json)}>
        JSON
      </button>
    </fieldset>
  );
}
