/** By whom, when and at what cost a file was answered. */

import type { Document } from "../documents/document";
import { clock } from "../export/time";
import { words } from "../words";
import { moment } from "./age";

const MAX_FACT = 2000;

export function Facts({ document }: { document: Document }) {
  const rows = factsOf(document).filter(([, value]) => value);
  const cut = (value: string) => (value.length > MAX_FACT ? `${value.slice(0, MAX_FACT)}…` : value);
  return (
    <details class="facts" open>
      <summary>{words.file.facts}</summary>
      <table class="data">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <bdi>{cut(value)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function factsOf(document: Document): [string, string][] {
  const { fact } = words.file;
  const { input, recipe, model, answer } = document;
  return [
    [fact.recipe, recipe?.name ?? ""],
    [
      fact.inputs,
      Object.entries(recipe?.inputs ?? {})
        .map((each) => each.join(" = "))
        .join(", "),
    ],
    [fact.model, [...new Set([model?.deployment, model?.name])].filter(Boolean).join(", ")],
    [fact.alsoAsked, document.asked.filter((each) => each !== model?.deployment).join(", ")],
    [fact.tier, model?.tier ?? ""],
    [fact.tokens, tokens(document.usage)],
    [fact.cost, document.cost ? cost(document.cost) : ""],
    [fact.size, input.bytes === null ? "" : size(input.bytes)],
    [fact.type, input.mediaType],
    [fact.plays, input.seconds === null ? "" : clock(input.seconds)],
    [fact.pages, input.pages === null ? "" : words.number(input.pages)],
    [fact.language, answer?.language ?? ""],
    [fact.received, moment(document.received)],
    [fact.completed, moment(document.completed)],
    [fact.seconds, document.modelSeconds === null ? "" : `${document.modelSeconds.toFixed(1)} s`],
    [fact.attempts, (document.attempts ?? 0) > 1 ? words.number(document.attempts ?? 0) : ""],
    [fact.finish, answer?.finishReason ?? ""],
  ];
}

function tokens(usage: Record<string, number>): string {
  const { total_tokens: total, prompt_tokens: input, completion_tokens: output } = usage;
  const written = (count: number | undefined) => (count === undefined ? "?" : words.number(count));
  return total === undefined ? "" : words.file.fact.tokensOf(written(total), written(input), written(output));
}

function cost({ dollars, prices }: NonNullable<Document["cost"]>): string {
  return prices ? words.file.fact.costOf(words.dollars(dollars), prices) : words.dollars(dollars);
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
