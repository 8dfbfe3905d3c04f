// A chart over results, with pickers: what kind, which column across, which columns up.

import { chart } from "../chart.js";
import { h } from "../dom.js";

const NUMBER = /^(tinyint|smallint|int|integer|bigint|float|real|double|decimal)/;
const SERIES_MAX = 6;

export function chartPanel({ columns, rows }) {
  const numeric = columns.map((c, i) => (NUMBER.test(c.type) ? i : -1)).filter((i) => i >= 0);
  const text = columns.findIndex((c) => !NUMBER.test(c.type));
  const first = text >= 0 ? text : 0;
  const choice = { kind: text >= 0 ? "bar" : "line", x: first, ys: numeric.filter((i) => i !== first).slice(-1) };
  const plot = h("div", { class: "body" });
  const draw = () => plot.replaceChildren(choice.ys.length ? chart({ ...choice, names: columns.map((c) => c.name), rows })
    : h("p", { class: "muted" }, "Choose at least one column of numbers."));
  const kinds = h("select", { onchange: (e) => { choice.kind = e.target.value; draw(); } },
    [["bar", "Bars"], ["line", "Lines"], ["scatter", "Points"]].map(([v, t]) => h("option", { value: v, selected: v === choice.kind }, t)));
  const across = h("select", { onchange: (e) => { choice.x = Number(e.target.value); draw(); } }, columns.map((c, i) => h("option", { value: i, selected: i === choice.x }, c.name)));
  const up = numeric.map((i) => h("label", { class: "field" }, h("input", { type: "checkbox", checked: choice.ys.includes(i), onchange: (e) => {
    choice.ys = e.target.checked ? [...choice.ys, i].sort((a, b) => a - b).slice(0, SERIES_MAX) : choice.ys.filter((y) => y !== i);
    draw();
  } }), columns[i].name));
  draw();
  return h("div", {}, h("div", { class: "stats" }, h("label", { class: "field" }, "Chart", kinds), h("label", { class: "field" }, "Across", across),
    h("span", { class: "row", role: "group", "aria-label": "Columns to draw" }, up)), plot);
}
