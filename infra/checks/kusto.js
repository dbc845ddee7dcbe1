'use strict';
// What Kusto's own language service says about queries. From standard input: {schema: "(column:type, ...)", table,
// queries: {name: text}}; to standard output: {name: {columns: [name, ...], faults: [{line, message}, ...]}}.

require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { readFileSync } = require('node:fs');

const { Symbols, GlobalState, KustoCode } = Kusto.Language;

function listed(list) {
  return Array.from({ length: list.Count }, (_, place) => list.getItem(place));
}

function lineOf(text, offset) {
  return text.slice(0, offset).split('\n').length;
}

function judged(text, globals) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const faults = listed(code.GetDiagnostics()).map((each) => ({ line: lineOf(text, each.Start), message: each.Message }));
  const isTable = code.ResultType instanceof Symbols.TableSymbol;
  return { faults, columns: isTable ? listed(code.ResultType.Columns).map((column) => column.Name) : [] };
}

const { schema, table, queries } = JSON.parse(readFileSync(0, 'utf8'));
const workspace = new Symbols.DatabaseSymbol.ctor('workspace', [Symbols.TableSymbol.From(schema).WithName(table)]);
const globals = GlobalState.Default.WithDatabase(workspace);
const answer = Object.entries(queries).map(([name, text]) => [name, judged(text, globals)]);
process.stdout.write(JSON.stringify(Object.fromEntries(answer)));
