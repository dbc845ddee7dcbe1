/** Validated fields as tables: an object has a row for each field, a list of objects a row for each of them. */

import { isRecord } from "../checks";

const MAX_DEPTH = 6;
const MAX_ROWS = 1000;

export function DataTable({ data, depth = 0 }: { data: unknown; depth?: number }) {
  if (depth < MAX_DEPTH && Array.isArray(data)) {
    const rows = data.slice(0, MAX_ROWS);
    return rows.length > 0 && rows.every(isRecord) ? (
      <Rows rows={rows} depth={depth} />
    ) : (
      <Items items={rows} depth={depth} />
    );
  }
  if (depth < MAX_DEPTH && isRecord(data)) return <Fields fields={data} depth={depth} />;
  return <bdi class="value">{written(data)}</bdi>;
}

function Fields({ fields, depth }: { fields: Record<string, unknown>; depth: number }) {
  return (
    <table class="data">
      <tbody>
        {Object.entries(fields).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>
              <DataTable data={value} depth={depth + 1} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rows({ rows, depth }: { rows: Record<string, unknown>[]; depth: number }) {
  const names = [...new Set(rows.flatMap(Object.keys))];
  return (
    <table class="data">
      <thead>
        <tr>
          {names.map((name) => (
            <th key={name} scope="col">
              <bdi>{name}</bdi>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={place}>
            {names.map((name) => (
              <td key={name}>
                <DataTable data={row[name]} depth={depth + 1} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Items({ items, depth }: { items: unknown[]; depth: number }) {
  return (
    <ul class="values">
      {items.map((item, place) => (
        <li key={place}>
          <DataTable data={item} depth={depth + 1} />
        </li>
      ))}
    </ul>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
