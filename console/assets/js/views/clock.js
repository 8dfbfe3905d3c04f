// The clock, which can be turned, and the bill, which can be read.

import { admin, billLines } from "../aws.js";
import { empty, errorBox, h, notice, noticeError } from "../dom.js";
import { count, money, time } from "../format.js";
import { listTable } from "../table.js";
import { offsetNote } from "./overview.js";

const STEPS = [["1 minute", "PT1M"], ["1 hour", "PT1H"], ["1 day", "P1D"], ["7 days", "P7D"], ["31 days", "P31D"]];

export async function clockView(page) {
  const clock = h("section", { class: "card" });
  const bill = h("section", { class: "card" });
  page.append(h("div", { class: "page-head" }, h("div", {}, h("h1", {}, "Clock and bill"), h("p", { class: "sub" }, "Turn the time forward and everything due in between happens, in order. Every billable unit is counted."))), h("div", { class: "stack" }, clock, bill));

  const now = h("div", { class: "value", style: "font-size: 26px; font-weight: 620; font-variant-numeric: tabular-nums" });
  const note = h("span", { class: "muted" });
  const turn = async (change) => {
    try { await admin("clock", change); await tick(); await drawBill(); notice(`It is now ${now.textContent}`); } catch (error) { noticeError(error); }
  };
  const at = h("input", { type: "datetime-local", step: "1", "aria-label": "Set the clock to (UTC)" });
  clock.append(h("header", {}, h("h2", {}, "Clock"), note), h("div", { class: "body stack" }, now,
    h("div", { class: "row" }, h("span", { class: "muted" }, "Advance by"), STEPS.map(([text, advance]) => h("button", { onclick: () => turn({ advance }) }, text))),
    h("form", { class: "row", onsubmit: (e) => { e.preventDefault(); if (at.value) turn({ set: new Date(`${at.value}Z`).toISOString().replace(/\.\d{3}Z$/, "Z") }); } },
      h("label", { class: "field" }, "Set to (UTC)", at), h("button", {}, "Set"))));
  const tick = async () => {
    const answer = await admin("clock");
    now.textContent = time(answer.now);
    note.textContent = offsetNote(answer).replace(/^, /, "");
  };
  const drawBill = async () => {
    try {
      const lines = await billLines();
      const total = lines.reduce((sum, l) => sum + (l.amount || 0), 0);
      const services = [...new Set(lines.map((l) => l.service))].map((s) => [s, lines.filter((l) => l.service === s).reduce((sum, l) => sum + (l.amount || 0), 0)]);
      bill.replaceChildren(h("header", {}, h("h2", {}, "Bill"), h("span", { class: "muted" }, services.map(([s, v]) => `${s} ${money(v)}`).join("  ·  ")), h("strong", { class: "push" }, money(total))),
        lines.length ? listTable(["Service", "Usage", { text: "Quantity", class: "num" }, "Unit", { text: "Unit price", class: "num" }, { text: "Amount", class: "num" }], lines.map((l) => h("tr", {},
          h("td", {}, l.service), h("td", { class: "mono" }, l.usage_type), h("td", { class: "num" }, Number.isInteger(l.quantity) ? count(l.quantity) : l.quantity.toPrecision(6).replace(/\.?0+$/, "")), h("td", {}, l.unit), h("td", { class: "num" }, money(l.unit_price)), h("td", { class: "num" }, money(l.amount)))))
          : empty("Nothing yet", "Use a service and its units appear here."));
    } catch (error) { bill.replaceChildren(h("div", { class: "body" }, errorBox(error))); }
  };
  await tick();
  await drawBill();
  const timer = setInterval(() => tick().catch(() => {}), 1000);
  return () => clearInterval(timer);
}
