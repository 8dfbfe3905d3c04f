// Colours for SQL: words, strings, numbers, comments. It reads tokens, not grammar, so it can never refuse a text.

const KEYWORDS = new Set(`select from where group by having order limit offset with as on using join left right full inner outer cross
 union all distinct except intersect case when then else end and or not in is null between like escape exists cast try_cast
 over partition rows range preceding following unbounded current row filter values insert into create table view or replace
 drop alter add partitioned partitions external stored location row format delimited fields terminated if show tables
 databases describe msck repair unnest lateral ordinality true false interval date timestamp asc desc nulls first last
 delete update set merge grouping sets rollup cube window array explain analyze prepare execute deallocate`.split(/\s+/));

const TOKEN = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?)|(\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|([A-Za-z_][A-Za-z0-9_]*)/g;

/** Pairs of class (or none) and text that together make up `sql`. */
export function spans(sql) {
  const out = [];
  let end = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match.index > end) out.push([null, sql.slice(end, match.index)]);
    const [text, comment, string, number, word] = match;
    end = match.index + text.length;
    let kind = comment ? "com" : string ? "str" : number ? "num-lit" : null;
    if (word && KEYWORDS.has(word.toLowerCase())) kind = "kw";
    else if (word && sql[end] === "(") kind = "fn";
    out.push([kind, text]);
  }
  if (end < sql.length) out.push([null, sql.slice(end)]);
  return out;
}
