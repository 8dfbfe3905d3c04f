// A table of rows with pages. Rows may still be arriving: `more` fetches the next of them.

import { h } from "./dom.js";
import { count } from "./format.js";

const NUMERIC = /^(tinyint|smallint|int|integer|bigint|float|real|double|decimal)/;

/** `columns`: `{ name, type? }`; `rows`: arrays of text or null; `more`: null, or a function that appends to `rows`. */
export function dataTable({ columns, rows, more = null, size = 50, failed = () => {} }) {
  let page = 0;
  const root = h("div", {});
  const draw = () => {
    const from = page * size;
    const shown = rows.slice(from, from + size);
    root.replaceChildren(
      h("div", { class: "scroll", style: "max-height: 560px", tabindex: "0", role: "region", "aria-label": "Rows" },
        h("table", { class: "grid" },
          h("thead", {}, h("tr", {}, columns.map((c) => h("th", { class: NUMERIC.test(c.type ?? "") ? "num" : "", scope: "col" }, c.name, c.type ? h("small", {}, c.type) : null)))),
          h("tbody", {}, shown.map((row) => h("tr", {}, columns.map((c, i) => {
            const v = row[i];
            if (v === null || v === undefined) return h("td", { class: `null${NUMERIC.test(c.type ?? "") ? " num" : ""}` }, "NULL");
            return h("td", { class: NUMERIC.test(c.type ?? "") ? "num" : "", title: v.length > 60 ? v.slice(0, 2000) : undefined }, v.length > 2000 ? `${v.slice(0, 2000)}…` : v);
          })))))),
      h("div", { class: "pager" },
        rows.length ? `Rows ${count(from + 1)}–${count(from + shown.length)} of ${count(rows.length)}${more?.() ? " and more" : ""}` : "No rows",
        h("span", { class: "push" }),
        h("button", { class: "small", disabled: page === 0, onclick: () => { page -= 1; draw(); } }, "Previous"),
        h("button", { class: "small", disabled: from + size >= rows.length && !more?.(), onclick: next }, "Next")));
  };
  const next = async (event) => {
    event.target.disabled = true;
    try {
      if ((page + 1) * size >= rows.length && more?.()) await more()();
      if ((page + 1) * size < rows.length) page += 1;
    } catch (error) { failed(error); }
    draw();
  };
  draw();
  return root;
}

/** A plain table of nodes for lists of things. */
export function listTable(headers, rows) {
  return h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, headers.map((t) => h("th", { scope: "col", class: typeof t === "object" ? t.class : "" }, typeof t === "object" ? t.text : t)))),
    h("tbody", {}, rows)));
}
