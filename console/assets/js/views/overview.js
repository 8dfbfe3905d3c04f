// What runs here: version, clock, data directory, services and their state, what it would have cost.

import { admin, billLines } from "../aws.js";
import { badge, errorBox, h } from "../dom.js";
import { count, money, plural, time } from "../format.js";
import { listTable } from "../table.js";

const ABOUT = {
  s3: "Objects in buckets", glue: "Catalog, crawlers", athena: "SQL over the files", iam: "Users, roles, policies", sts: "Identity, temporary credentials",
};
const GOOD = new Set(["running", "available", "ready", "ok", "idle"]);

/** The services of a health answer, by name, with how many of their operations are there. */
function serviceList({ services, operations }) {
  return Object.entries(services ?? {}).map(([name, state]) => ({ name, state, ...operations?.[name] })).sort((a, b) => a.name.localeCompare(b.name));
}

export async function overviewView(page) {
  const tiles = h("div", { class: "tiles" });
  const services = h("section", { class: "card" });
  page.append(h("div", { class: "page-head" }, h("div", {}, h("h1", {}, "Overview"), h("p", { class: "sub" }, `Endpoint ${location.origin}`))),
    h("div", { class: "stack" }, tiles, services, quickStart()));

  const tile = (label, value, note) => h("div", { class: "card tile" }, h("div", { class: "label" }, label), h("div", { class: "value" }, value), h("div", { class: "note" }, note ?? ""));
  const refresh = async () => {
    const [health, clock, bill] = await Promise.allSettled([admin("health"), admin("clock"), billLines()]);
    if (health.status === "rejected") return services.replaceChildren(h("div", { class: "body" }, errorBox(health.reason)));
    const list = serviceList(health.value);
    const now = clock.status === "fulfilled" ? clock.value : {};
    const lines = bill.status === "fulfilled" ? bill.value : [];
    tiles.replaceChildren(
      tile("Version", health.value.version ?? "–", health.value.status ?? ""),
      tile("Clock", time(now.now).slice(0, 10), now.now ? `${time(now.now).slice(11)}${offsetNote(now)}` : ""),
      tile("Would have cost", money(lines.reduce((sum, l) => sum + (l.amount || 0), 0)), `${plural(lines.length, "line")} on the bill`),
      tile("Data", health.value.data ? "On disk" : "In memory", health.value.data ?? "gone when the process ends"));
    services.replaceChildren(h("header", {}, h("h2", {}, "Services"), h("span", { class: "muted" }, plural(list.length, "service"))),
      listTable(["Service", "State", "What it does", { text: "Operations", class: "num" }], list.map((s) => h("tr", {},
        h("td", {}, ({ s3: 1, athena: 1 })[s.name] ? h("a", { href: `#/${s.name}` }, s.name) : s.name === "glue" ? h("a", { href: "#/catalog" }, s.name) : s.name),
        h("td", {}, badge(s.state ?? "unknown", GOOD.has(s.state) ? "good" : s.state === "error" ? "bad" : "warn")),
        h("td", { class: "muted" }, ABOUT[s.name] ?? ""),
        h("td", { class: "num" }, s.implemented === undefined ? "–" : `${count(s.implemented)} of ${count(s.modelled)}`)))));
    return undefined;
  };
  await refresh();
  const timer = setInterval(refresh, 5000);
  return () => clearInterval(timer);
}

/** How far the clock was turned, if it was. */
export function offsetNote(clock) {
  const seconds = Number(clock.offset_seconds ?? 0);
  if (Math.abs(seconds) < 1) return "";
  const days = Math.floor(Math.abs(seconds) / 86400);
  const hours = Math.floor((Math.abs(seconds) % 86400) / 3600);
  return `, ${seconds < 0 ? "behind" : "ahead"} by ${days ? `${plural(days, "day")} ` : ""}${hours || !days ? plural(hours, "hour") : ""}`.trimEnd();
}

function quickStart() {
  const text = [
    `export AWS_ENDPOINT_URL=${location.origin} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1`,
    "aws s3 mb s3://my-bucket", "aws s3 cp data.csv s3://my-bucket/data/", "python -c 'import boto3; print(boto3.client(\"s3\").list_buckets()[\"Buckets\"])'"].join("\n");
  return h("section", { class: "card" }, h("header", {}, h("h2", {}, "Point any AWS client here")), h("pre", { class: "preview" }, text));
}
