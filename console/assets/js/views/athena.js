// SQL: an editor, the tables beside it, results, a chart, what it read and would have cost, what was run before.

import { all, athena, glue, s3, settings } from "../aws.js";
import { toCsv } from "../csv.js";
import { badge, empty, errorBox, h, notice, noticeError } from "../dom.js";
import { bytes, millis, money, plural, time } from "../format.js";
import { dataTable, listTable } from "../table.js";
import { editor } from "./editor.js";
import { chartPanel } from "./plot.js";

const PRICE_PER_TB = 5;
const BILLED_BYTES_MIN = 10e6;
const ENDED = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);
const remembered = { get: (k) => sessionStorage.getItem(`aquifer.${k}`) ?? "", set: (k, v) => sessionStorage.setItem(`aquifer.${k}`, v) };

export async function athenaView(page, { query }) {
  const state = { running: null, left: false };
  const results = h("div", { class: "stack" });
  const history = h("section", { class: "card" });
  const tree = h("div", {});
  const database = h("select", { "aria-label": "Database", onchange: () => { remembered.set("database", database.value); fillTree(tree, database.value, sql); } });
  const run = h("button", { class: "primary", onclick: () => start() }, "Run");
  const cancel = h("button", { disabled: true, onclick: () => state.running && athena("StopQueryExecution", { QueryExecutionId: state.running }).catch(noticeError) }, "Cancel");
  const sql = editor({ label: "SQL", value: query.get("sql") ?? (remembered.get("sql") || "SELECT 1 AS one"), onrun: () => start(), onchange: (text) => remembered.set("sql", text) });

  const start = async () => {
    if (state.running) return;
    run.disabled = true;
    cancel.disabled = false;
    results.replaceChildren();
    try {
      const { access, region } = settings.read();
      const account = /^\d{12}$/.test(access) ? access : "000000000000";
      const OutputLocation = await resultsBucket(`aws-athena-query-results-${account}-${region}`);
      const { QueryExecutionId } = await athena("StartQueryExecution", { QueryString: sql.selected(), ResultConfiguration: { OutputLocation },
        ...(database.value ? { QueryExecutionContext: { Database: database.value } } : {}) });
      state.running = QueryExecutionId;
      const execution = await finished(QueryExecutionId, state, (e) => results.replaceChildren(progress(e)));
      if (execution) await showResults(results, execution, query.get("view"));
    } catch (error) { results.replaceChildren(errorBox(error)); }
    state.running = null;
    run.disabled = false;
    cancel.disabled = true;
    if (state.left) return;
    showHistory(history, open).catch(() => {});
    if (/^\s*(create|drop|alter|msck)/i.test(sql.selected())) fillDatabases().catch(() => {});
  };
  const open = async (execution) => {
    sql.set(execution.Query);
    const wanted = execution.QueryExecutionContext?.Database;
    if (wanted && [...database.options].some((o) => o.value === wanted)) { database.value = wanted; fillTree(tree, wanted, sql); }
    scrollTo({ top: 0, behavior: "smooth" });
    await showResults(results, execution);
  };
  const fillDatabases = async () => {
    const names = (await all(glue, "GetDatabases", {}, "DatabaseList")).map((d) => d.Name);
    const wanted = query.get("database") ?? (database.value || remembered.get("database"));
    database.replaceChildren(...(names.length ? names : ["default"]).map((n) => h("option", { value: n, selected: n === wanted }, n)));
    await fillTree(tree, database.value, sql);
  };

  page.append(h("div", { class: "page-head" }, h("h1", {}, "Athena"), h("span", { class: "push muted" }, h("kbd", {}, "Ctrl"), " ", h("kbd", {}, "Enter"), " runs the query or the selection")),
    h("div", { class: "split" },
      h("section", { class: "card", "aria-label": "Tables" }, h("header", {}, h("label", { class: "field", style: "width: 100%" }, "Database", database)), tree),
      h("div", { class: "stack" }, h("section", { class: "card", style: "overflow: hidden" }, sql.node, h("header", { style: "border-top: 1px solid var(--line); border-bottom: 0" }, run, cancel)), results, history)));
  const filled = fillDatabases().catch((error) => tree.replaceChildren(h("div", { class: "body" }, errorBox(error))));
  showHistory(history, open).catch((error) => history.replaceChildren(h("div", { class: "body" }, errorBox(error))));
  if (query.get("run")) filled.then(start);
  sql.focus();
  return () => { state.left = true; };
}

/** Results need a bucket, as they do on AWS; the console makes its own once. */
async function resultsBucket(name) {
  try { await s3.head(name, ""); } catch (error) {
    if (error.status !== 404) throw error;
    await s3.create(name);
  }
  return `s3://${name}/console/`;
}

async function finished(id, state, show) {
  let pause = 30;
  for (;;) {
    const { QueryExecution: execution } = await athena("GetQueryExecution", { QueryExecutionId: id });
    if (state.left) return null;
    if (ENDED.has(execution.Status.State)) return execution;
    show(execution);
    await new Promise((done) => setTimeout(done, pause));
    pause = Math.min(pause * 1.4, 1000);
  }
}

const statusBadge = (s) => badge(s.toLowerCase(), s === "SUCCEEDED" ? "good" : s === "FAILED" ? "bad" : s === "CANCELLED" ? "warn" : "warn busy");

const progress = (execution) => h("section", { class: "card" }, h("div", { class: "stats", style: "border: 0" }, statusBadge(execution.Status.State)));

function statistics(execution) {
  const s = execution.Statistics ?? {};
  const scanned = s.DataScannedInBytes ?? 0;
  const billed = scanned === 0 ? 0 : Math.max(scanned, BILLED_BYTES_MIN);
  const pairs = [["Scanned", bytes(scanned)], ["Took", millis(s.TotalExecutionTimeInMillis)], ["Engine", millis(s.EngineExecutionTimeInMillis)], ["Queued", millis(s.QueryQueueTimeInMillis)], ["Would have cost", money((billed / 1e12) * PRICE_PER_TB)]];
  return h("div", { class: "stats" }, statusBadge(execution.Status.State), pairs.map(([k, v]) => h("span", {}, k, " ", h("b", {}, v))),
    h("span", { class: "push mono muted", title: "Query execution" }, execution.QueryExecutionId));
}

async function showResults(node, execution, view) {
  const card = h("section", { class: "card", "aria-label": "Results" }, statistics(execution));
  node.replaceChildren(card);
  if (execution.Status.State !== "SUCCEEDED") {
    const why = execution.Status.AthenaError?.ErrorMessage ?? execution.Status.StateChangeReason ?? "No reason given.";
    const [, code, sentence] = /^([A-Z_]{4,}):\s*([\s\S]*)$/.exec(why) ?? [null, execution.Status.State, why];
    card.append(h("div", { class: "body" }, errorBox({ code, message: sentence })));
    return;
  }
  const data = await resultPages(execution);
  if (!data.columns.length) { card.append(empty("Done", "This statement answers no rows.")); return; }
  const views = { Table: () => dataTable({ ...data, failed: noticeError }), Chart: () => chartPanel(data) };
  const body = h("div", {});
  const tabs = Object.keys(views).map((name) => h("button", { role: "tab", "aria-selected": "false", onclick: () => pick(name) }, name));
  const pick = (name) => { tabs.forEach((t) => t.setAttribute("aria-selected", String(t.textContent === name))); body.replaceChildren(views[name]()); };
  card.append(h("header", {}, h("div", { class: "tabs", role: "tablist" }, tabs), h("span", { class: "push" }), h("button", { class: "small", onclick: () => copy(data) }, "Copy as CSV"), download(execution)), body);
  pick(view === "chart" ? "Chart" : "Table");
}

async function copy({ columns, rows }) {
  const csv = toCsv([columns.map((c) => c.name), ...rows.map((r) => r.map((v) => v ?? ""))]);
  try { await navigator.clipboard.writeText(csv); notice(`Copied ${plural(rows.length, "row")}`); } catch { notice("The browser does not allow copying here.", "bad"); }
}

function download(execution) {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(execution.ResultConfiguration?.OutputLocation ?? "") ?? [];
  return key ? h("a", { class: "button small", href: s3.link(bucket, key) }, "Download") : null;
}

/** Columns, the rows fetched so far, and `more`: null, or what fetches the next of them. */
async function resultPages(execution) {
  const data = { columns: [], rows: [], more: () => null };
  const fetchPage = async (NextToken) => {
    const page = await athena("GetQueryResults", { QueryExecutionId: execution.QueryExecutionId, MaxResults: 1000, NextToken });
    const rows = page.ResultSet.Rows.map((r) => (r.Data ?? []).map((v) => v.VarCharValue ?? null));
    if (!NextToken) {
      data.columns = (page.ResultSet.ResultSetMetadata?.ColumnInfo ?? []).map((c) => ({ name: c.Label || c.Name, type: c.Type }));
      // A SELECT's first row repeats the names; other statements begin with their first row.
      if (execution.StatementType === "DML" && rows[0]?.every((v, i) => v === data.columns[i]?.name)) rows.shift();
    }
    data.rows.push(...rows);
    data.more = () => (page.NextToken ? () => fetchPage(page.NextToken) : null);
  };
  await fetchPage(undefined);
  // `more` is replaced with each page, so the table asks through this stable function.
  return { columns: data.columns, rows: data.rows, more: () => data.more() };
}

async function fillTree(node, database, sql) {
  const tables = await all(glue, "GetTables", { DatabaseName: database }, "TableList").catch((error) => { if (error.code === "EntityNotFoundException") return []; throw error; });
  const quote = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`);
  node.replaceChildren(tables.length ? h("ul", { class: "side-list tree" }, tables.map((t) => h("li", {}, h("details", {}, h("summary", {}, t.Name, t.TableType === "VIRTUAL_VIEW" ? h("span", { class: "muted" }, " view") : null),
    h("ul", {}, h("li", {}, h("button", { class: "link", onclick: () => { sql.set(`SELECT *\nFROM ${quote(t.Name)}\nLIMIT 100`); sql.focus(); } }, "Select the first 100 rows")),
      [...(t.StorageDescriptor?.Columns ?? []), ...(t.PartitionKeys ?? [])].map((c) => h("li", {}, h("button", { class: "link col", title: `Insert ${c.Name}`, onclick: () => sql.insert(quote(c.Name)) }, c.Name, h("small", { title: c.Type }, c.Type)))))))))
    : empty("No tables", "in this database"));
}

async function showHistory(node, open) {
  const { QueryExecutionIds: ids = [] } = await athena("ListQueryExecutions", { MaxResults: 25 });
  if (!ids.length) return node.replaceChildren(h("header", {}, h("h2", {}, "History")), empty("No queries yet", "What you run appears here."));
  const { QueryExecutions: found = [] } = await athena("BatchGetQueryExecution", { QueryExecutionIds: ids });
  found.sort((a, b) => b.Status.SubmissionDateTime - a.Status.SubmissionDateTime);
  return node.replaceChildren(h("header", {}, h("h2", {}, "History")), listTable(["When", "State", "Query", { text: "Scanned", class: "num" }, { text: "Took", class: "num" }], found.map((e) => h("tr", {},
    h("td", { class: "muted nowrap" }, time(e.Status.SubmissionDateTime)), h("td", {}, statusBadge(e.Status.State)),
    h("td", {}, h("button", { class: "link mono", title: e.Query.slice(0, 2000), onclick: () => open(e).catch(noticeError) }, firstWords(e.Query))),
    h("td", { class: "num" }, bytes(e.Statistics?.DataScannedInBytes)), h("td", { class: "num" }, millis(e.Statistics?.TotalExecutionTimeInMillis))))));
}

/** The query in one line: its opening comment if it has one, since that says what it is for. */
function firstWords(query) {
  const line = /^\s*--\s*(.+)/.exec(query)?.[1] ?? query.replace(/\s+/g, " ").trim();
  return line.length > 110 ? `${line.slice(0, 109)}…` : line;
}
