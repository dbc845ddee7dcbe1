/** The answer. All of it is shown as text: nothing in it is followed, fetched or made a part of the page. */

import type { Answer, Document, Span } from "../documents/document";
import type { Player } from "../player/player";
import { words } from "../words";
import { DataTable } from "./DataTable";
import { Long } from "./Long";
import { Spans } from "./Spans";

export function AnswerView({ document, player }: { document: Document; player: Player }) {
  const { answer } = document;
  if (!answer) return null;
  const spoken = answer.segments.length > 0;
  const hasOther = spoken || answer.data !== null || answer.pieces.length > 0;
  return (
    <>
      {answer.data !== null && (
        <section>
          <h2>{words.file.data}</h2>
          <DataTable data={answer.data} />
        </section>
      )}
      {spoken && <Spans title={words.file.segments} spans={answer.segments} player={player} />}
      {(answer.text.trim() || !hasOther) && (
        <Text text={answer.text} isFolded={spoken || answer.data !== null} />
      )}
      {answer.turns.length > 1 && <Turns turns={answer.turns} />}
      {answer.pieces.length > 0 && <Pieces pieces={answer.pieces} player={player} />}
      {answer.reasoning && (
        <details>
          <summary>{words.file.reasoning}</summary>
          <p class="said" dir="auto">
            <Long text={answer.reasoning} />
          </p>
        </details>
      )}
    </>
  );
}

function Text({ text, isFolded }: { text: string; isFolded: boolean }) {
  if (!text.trim()) return <p class="notice warn">{words.file.empty}</p>;
  const said = (
    <p class="said" dir="auto" data-testid="answer">
      <Long text={text} />
    </p>
  );
  return isFolded ? (
    <details>
      <summary>{words.file.text}</summary>
      {said}
    </details>
  ) : (
    <section>
      <h2>{words.file.answer}</h2>
      {said}
    </section>
  );
}

const MAX_TURNS = 100;

function Turns({ turns }: { turns: Answer["turns"] }) {
  return (
    <details>
      <summary>{words.file.turns}</summary>
      <dl class="turns">
        {turns.slice(0, MAX_TURNS).map((turn, place) => (
          <div key={place}>
            <dt>{words.file.prompt}</dt>
            <dd dir="auto">
              <Long text={turn.prompt} />
            </dd>
            <dt>{words.file.reply}</dt>
            <dd dir="auto">
              <Long text={turn.text} />
            </dd>
          </div>
        ))}
      </dl>
      {turns.length > MAX_TURNS && <p>{words.file.others(turns.length - MAX_TURNS)}</p>}
    </details>
  );
}

function Pieces({ pieces, player }: { pieces: Span[]; player: Player }) {
  return (
    <details>
      <summary>{words.file.pieces}</summary>
      <Spans title={words.file.pieces} spans={pieces} player={player} />
    </details>
  );
}
