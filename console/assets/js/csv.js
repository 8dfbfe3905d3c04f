// CSV for previews: commas, quotes, doubled quotes, line ends of either kind.

/** The first `limit` rows. A last line without its end may be cut short by the preview and is dropped when `cut`. */
export function parseCsv(text, delimiter = ",", limit = 200, cut = false) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length && rows.length < limit; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') { field += '"'; i += 1; } else quoted = false;
    } else if (c === '"' && field === "") quoted = true;
    else if (c === delimiter) { row.push(field); field = ""; }
    else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") i += 1;
      rows.push([...row, field]);
      row = []; field = "";
    } else field += c;
  }
  if (!cut && rows.length < limit && (field !== "" || row.length)) rows.push([...row, field]);
  return rows;
}

export function toCsv(rows) {
  return rows.map((r) => r.map((v) => (/[",\r\n]/.test(v ?? "") ? `"${v.replaceAll('"', '""')}"` : v ?? "")).join(",")).join("\n") + "\n";
}
