/** Validated fields as tables: an object has a row for each field, a list of objects a row for each of them. */

import { useMemo } from "preact/hooks";
import { type Part, partsOf } from "../documents/parts";
import { words } from "../words";

export function DataTable({ data }: { data: unknown }) {
  const { part, isCut } = useMemo(() => partsOf(data), [data]);
  return (
    <>
      {isCut && <p class="notice">{words.file.dataCut}</p>}
      <Shown part={part} />
    </>
  );
}

function Shown({ part }: { part: Part }) {
  if (part.as === "fields") return <Fields fields={part.fields} />;
  if (part.as === "rows") return <Rows columns={part.columns} rows={part.rows} />;
  if (part.as === "items") return <Items items={part.items} />;
  return <bdi class="value">{part.text}</bdi>;
}

function Fields({ fields }: { fields: [string, Part][] }) {
  return (
    <table class="data">
      <tbody>
        {fields.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>
              <Shown part={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rows({ columns, rows }: { columns: string[]; rows: Part[][] }) {
  return (
    <table class="data">
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              <bdi>{name}</bdi>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={place}>
            {row.map((value, column) => (
              <td key={column}>
                <Shown part={value} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Items({ items }: { items: Part[] }) {
  return (
    <ul class="values">
      {items.map((item, place) => (
        <li key={place}>
          <Shown part={item} />
        </li>
      ))}
    </ul>
  );
}
