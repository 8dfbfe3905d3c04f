// The catalog: databases, tables, columns, partitions; and the crawlers that fill it.

import { all, glue } from "../aws.js";
import { badge, crumbs, empty, errorBox, h, notice, noticeError } from "../dom.js";
import { bytes, count, plural, time } from "../format.js";
import { listTable } from "../table.js";

const to = (...parts) => `#/catalog/${parts.map(encodeURIComponent).join("/")}`;
const s3Link = (location) => {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location ?? "") ?? [];
  return bucket ? h("a", { href: `#/s3/${encodeURIComponent(bucket)}?prefix=${encodeURIComponent(prefix && !prefix.endsWith("/") ? `${prefix}/` : prefix ?? "")}` }, location) : location || "–";
};

export async function catalogView(page, { path: [kind = "databases", ...rest], query }) {
  const tabs = h("div", { class: "tabs", role: "tablist" }, [["databases", "Databases"], ["crawlers", "Crawlers"]].map(([id, title]) =>
    h("button", { role: "tab", "aria-selected": String(id === kind), onclick: () => { location.hash = to(id); } }, title)));
  page.append(h("div", { class: "page-head" }, h("h1", {}, "Catalog"), h("span", { class: "push" }), tabs));
  if (kind === "crawlers") return rest[0] ? crawlerPage(page, rest[0]) : crawlersPage(page);
  return databasesPage(page, rest, query);
}

async function databasesPage(page, [database, table], query) {
  const databases = await all(glue, "GetDatabases", {}, "DatabaseList");
  if (!databases.length) return page.append(h("section", { class: "card" }, empty("No databases yet", "Create one with Glue, or in Athena: CREATE DATABASE sales.")));
  const current = database ?? databases[0].Name;
  const content = h("div", { class: "stack" });
  page.append(h("div", { class: "split" }, h("nav", { class: "card", "aria-label": "Databases" }, h("ul", { class: "side-list" }, databases.map((d) =>
    h("li", {}, h("a", { href: to("databases", d.Name), "aria-current": d.Name === current ? "true" : undefined }, d.Name))))), content));
  return table ? tablePage(content, current, table, query) : tablesPage(content, databases.find((d) => d.Name === current) ?? { Name: current });
}

async function tablesPage(content, database) {
  const tables = await all(glue, "GetTables", { DatabaseName: database.Name }, "TableList");
  content.append(h("section", { class: "card" },
    h("header", {}, h("h2", {}, database.Name), h("span", { class: "muted" }, plural(tables.length, "table")), database.LocationUri ? h("span", { class: "push" }, s3Link(database.LocationUri)) : null),
    tables.length ? listTable(["Table", "Kind", "Partitioned by", { text: "Rows", class: "num" }, "Location"], tables.map((t) => h("tr", {},
      h("td", {}, h("a", { href: to("databases", database.Name, t.Name) }, t.Name)), h("td", {}, kindOf(t)),
      h("td", { class: "mono" }, (t.PartitionKeys ?? []).map((k) => k.Name).join(", ") || "–"),
      h("td", { class: "num" }, t.Parameters?.recordCount ? count(Number(t.Parameters.recordCount)) : "–"), h("td", {}, t.StorageDescriptor?.Location ? s3Link(t.StorageDescriptor.Location) : "–"))))
      : empty("No tables", "A crawler or CREATE TABLE puts them here.")));
}

function kindOf(table) {
  if (table.TableType === "VIRTUAL_VIEW") return "view";
  const p = table.Parameters ?? {};
  const serde = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary ?? "";
  return p.table_type?.toLowerCase() ?? p.classification ?? (/parquet/i.test(serde) ? "parquet" : /json/i.test(serde) ? "json" : /csv|lazysimple/i.test(serde) ? "csv" : "table");
}

async function tablePage(content, database, name, query) {
  const { Table: table } = await glue("GetTable", { DatabaseName: database, Name: name });
  const storage = table.StorageDescriptor ?? {};
  const keys = table.PartitionKeys ?? [];
  const sql = `SELECT * FROM "${database}"."${name}" LIMIT 100`;
  const parameters = Object.entries({ ...(storage.SerdeInfo?.Parameters ?? {}), ...(table.Parameters ?? {}) }).sort();
  content.append(
    h("section", { class: "card" },
      h("header", {}, h("div", {}, crumbs([database, to("databases", database)], [name, null]), h("h2", {}, name)), badge(kindOf(table)),
        h("a", { class: "button push", href: `#/athena?database=${encodeURIComponent(database)}&sql=${encodeURIComponent(sql)}&run=1` }, "Query")),
      h("div", { class: "body" }, h("dl", { class: "facts" }, [["Location", storage.Location ? s3Link(storage.Location) : null], ["Serde", storage.SerdeInfo?.SerializationLibrary], ["Created", time(table.CreateTime)], ["Updated", time(table.UpdateTime)],
        ["Created by", table.CreatedBy], ["Version", table.VersionId], ["Description", table.Description]].filter(([, v]) => v && v !== "–").map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)])))),
    h("section", { class: "card" }, h("header", {}, h("h2", {}, "Columns"), h("span", { class: "muted" }, plural((storage.Columns ?? []).length + keys.length, "column"))),
      listTable([{ text: "#", class: "num" }, "Name", "Type", "Comment"], [...(storage.Columns ?? []).map((c) => [c, ""]), ...keys.map((c) => [c, "partition key"])].map(([c, note], i) => h("tr", {},
        h("td", { class: "num muted" }, i + 1), h("td", {}, c.Name, note ? [" ", badge(note)] : null), h("td", { class: "mono" }, c.Type), h("td", { class: "muted" }, c.Comment ?? ""))))));
  if (table.ViewOriginalText) content.append(h("section", { class: "card" }, h("header", {}, h("h2", {}, "View")), h("pre", { class: "preview", tabindex: "0" }, viewText(table.ViewOriginalText))));
  if (keys.length) content.append(partitions(database, name, keys, query.get("filter") ?? ""));
  if (parameters.length) content.append(h("section", { class: "card" }, h("header", {}, h("h2", {}, "Properties")), h("div", { class: "body" },
    h("dl", { class: "facts" }, parameters.map(([k, v]) => [h("dt", { class: "mono" }, k), h("dd", { class: "mono" }, v.length > 600 ? `${v.slice(0, 600)}…` : v)])))));
}

/** Athena keeps a view as base64 JSON in a comment. */
function viewText(original) {
  const packed = /Presto View: ([A-Za-z0-9+/=]+)/.exec(original)?.[1];
  if (!packed) return original;
  try { return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)))).originalSql ?? original; } catch { return original; }
}

function partitions(database, table, keys, filter) {
  const body = h("div", {});
  const input = h("input", { value: filter, placeholder: `${keys[0].Name} = '…'`, "aria-label": "Partition filter expression", class: "mono", size: "28", spellcheck: "false" });
  const load = async (event) => {
    event?.preventDefault();
    try {
      const found = await all(glue, "GetPartitions", { DatabaseName: database, TableName: table, ...(input.value.trim() ? { Expression: input.value.trim() } : {}) }, "Partitions", 2000);
      body.replaceChildren(found.length ? listTable([...keys.map((k) => k.Name), "Location", { text: "Size", class: "num" }, "Created"], found.map((p) => h("tr", {}, p.Values.map((v) => h("td", { class: "mono" }, v)),
        h("td", {}, s3Link(p.StorageDescriptor?.Location)), h("td", { class: "num" }, p.Parameters?.sizeKey ? bytes(Number(p.Parameters.sizeKey)) : "–"), h("td", { class: "muted nowrap" }, time(p.CreationTime)))))
        : empty("No partitions", "None match."));
      title.textContent = plural(found.length, "partition");
    } catch (error) { body.replaceChildren(h("div", { class: "body" }, errorBox(error))); }
  };
  const title = h("span", { class: "muted" });
  load();
  return h("section", { class: "card" }, h("header", {}, h("h2", {}, "Partitions"), title, h("form", { class: "row push", onsubmit: load }, input, h("button", { class: "small" }, "Filter"))), body);
}

const stateBadge = (state) => badge(state.toLowerCase(), state === "READY" ? "good" : "warn busy");
const runBadge = (status) => (status ? badge(status.toLowerCase(), status === "SUCCEEDED" || status === "COMPLETED" ? "good" : status === "FAILED" ? "bad" : "warn") : "–");

async function runCrawler(name, state) {
  try { await glue(state === "READY" ? "StartCrawler" : "StopCrawler", { Name: name }); notice(state === "READY" ? `Started ${name}` : `Stopping ${name}`); } catch (error) { noticeError(error); }
}

async function crawlersPage(page) {
  const card = h("section", { class: "card" });
  page.append(card);
  const draw = async () => {
    const crawlers = await all(glue, "GetCrawlers", {}, "Crawlers");
    card.replaceChildren(crawlers.length ? listTable(["Crawler", "State", "Last run", "Database", "Schedule", ""], crawlers.map((c) => h("tr", {},
      h("td", {}, h("a", { href: to("crawlers", c.Name) }, c.Name)), h("td", {}, stateBadge(c.State)), h("td", { class: "nowrap" }, runBadge(c.LastCrawl?.Status), " ", h("span", { class: "muted" }, c.LastCrawl ? time(c.LastCrawl.StartTime) : "never")),
      h("td", {}, c.DatabaseName ? h("a", { href: to("databases", c.DatabaseName) }, c.DatabaseName) : "–"), h("td", { class: "mono" }, c.Schedule?.ScheduleExpression ?? "on demand"),
      h("td", { class: "right" }, h("button", { class: "small", disabled: c.State === "STOPPING", onclick: async () => { await runCrawler(c.Name, c.State); await draw(); } }, c.State === "READY" ? "Run" : "Stop")))))
      : empty("No crawlers", "A crawler opens the files in S3 and writes tables. Create one with any Glue client."));
  };
  await draw();
  const timer = setInterval(() => draw().catch(() => {}), 1500);
  return () => clearInterval(timer);
}

async function crawlerPage(page, name) {
  const content = h("div", { class: "stack" });
  page.append(content);
  let drawn = "";
  const draw = async () => {
    const { Crawler: c } = await glue("GetCrawler", { Name: name });
    const now = JSON.stringify([c.State, c.LastCrawl, c.Version]);
    if (now === drawn) return;
    drawn = now;
    const [metrics, crawls] = await Promise.allSettled([glue("GetCrawlerMetrics", { CrawlerNameList: [name] }), glue("ListCrawls", { CrawlerName: name, MaxResults: 20 })]);
    const m = metrics.value?.CrawlerMetricsList?.[0];
    const last = c.LastCrawl;
    const pairs = (list) => h("dl", { class: "facts" }, list.filter(([, v]) => v !== undefined && v !== null && v !== "").map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]));
    content.replaceChildren(
      h("section", { class: "card" }, h("header", {}, h("div", {}, crumbs(["Crawlers", to("crawlers")], [name, null]), h("h2", {}, name)), stateBadge(c.State),
        h("button", { class: "primary push", disabled: c.State === "STOPPING", onclick: async () => { await runCrawler(name, c.State); await draw(); } }, c.State === "READY" ? "Run" : "Stop")),
      h("div", { class: "body" }, pairs([["Targets", (c.Targets?.S3Targets ?? []).map((t) => h("div", {}, s3Link(t.Path), t.Exclusions?.length ? h("span", { class: "muted" }, ` without ${t.Exclusions.join(", ")}`) : null))],
        ["Database", c.DatabaseName ? h("a", { href: to("databases", c.DatabaseName) }, c.DatabaseName) : null], ["Table prefix", c.TablePrefix], ["Classifiers", (c.Classifiers ?? []).join(", ")], ["Role", c.Role], ["Schedule", c.Schedule?.ScheduleExpression],
        ["On change", c.SchemaChangePolicy?.UpdateBehavior], ["On delete", c.SchemaChangePolicy?.DeleteBehavior], ["Recrawl", c.RecrawlPolicy?.RecrawlBehavior]]))),
      h("section", { class: "card" }, h("header", {}, h("h2", {}, "Last run"), last ? runBadge(last.Status) : null),
        last ? h("div", { class: "body" }, last.ErrorMessage ? h("div", { class: "error" }, h("b", {}, last.Status), h("p", {}, last.ErrorMessage)) : null,
          pairs([["Started", time(last.StartTime)], ["Took", m ? `${m.LastRuntimeSeconds?.toFixed?.(2) ?? "–"} s` : null], ["Tables created", m?.TablesCreated], ["Tables updated", m?.TablesUpdated], ["Tables deleted", m?.TablesDeleted], ["Log", last.LogGroup ? `${last.LogGroup} ${last.LogStream ?? ""}` : null]]))
          : empty("Never run", "Press Run and watch the catalog fill.")));
    if (crawls.value?.Crawls?.length) content.append(runHistory(crawls.value.Crawls));
  };
  await draw();
  const timer = setInterval(() => draw().catch(() => {}), 1000);
  return () => clearInterval(timer);
}

function runHistory(crawls) {
  return h("section", { class: "card" }, h("header", {}, h("h2", {}, "Runs")), listTable(["Started", "State", { text: "Took", class: "num" }, "What changed"], crawls.map((run) => h("tr", {},
    h("td", { class: "nowrap" }, time(run.StartTime)), h("td", {}, runBadge(run.State)), h("td", { class: "num" }, run.EndTime ? `${(run.EndTime - run.StartTime).toFixed(1)} s` : "–"),
    h("td", { class: "mono" }, run.ErrorMessage ?? changes(run.Summary))))));
}

/** The summary of a run is JSON whose values are JSON again, in text: `{"TABLE": "{\"ADD\": {\"Count\": 5}}"}`. */
function changes(summary) {
  const inner = (v) => (typeof v === "string" ? JSON.parse(v) : v);
  try {
    return Object.entries(inner(summary || "{}")).flatMap(([kind, done]) =>
      Object.entries(inner(done)).map(([what, v]) => `${kind.toLowerCase()} ${what.toLowerCase()}: ${v?.Count ?? JSON.stringify(v)}`)).join(", ");
  } catch { return summary; }
}
