// Bars, lines and points as SVG. Small on purpose: one x column, up to six y columns.

import { h, s } from "./dom.js";

const W = 860, H = 340, TOP = 14, LEFT = 62, RIGHT = 18;
const POINTS_MAX = 2000;

/** Round marks that cover `low…high`. */
export function ticks(low, high, wanted) {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10);
  const out = [];
  for (let i = Math.floor(low / step); i <= Math.ceil(high / step - 1e-9); i += 1) out.push(Number((i * step).toPrecision(12)));
  return out;
}

const shorten = (text, size) => (text.length > size ? `${text.slice(0, size - 1)}…` : text);
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

/** `rows` of text; `x` a column's number, `ys` columns' numbers; `kind` is bar, line or scatter. */
export function chart({ kind, names, rows, x, ys }) {
  const shown = rows.slice(0, POINTS_MAX);
  const values = ys.map((y) => shown.map((row) => (row[y] === null || row[y] === "" ? NaN : Number(row[y]))));
  const numbers = values.flat().filter(Number.isFinite);
  if (!numbers.length) return h("p", { class: "muted" }, "The chosen columns hold no numbers.");
  const xs = shown.map((row) => (row[x] === null || row[x] === "" ? NaN : Number(row[x])));
  const numericX = kind !== "bar" && xs.every(Number.isFinite);

  let low = Math.min(...numbers), high = Math.max(...numbers);
  if (kind !== "scatter") { low = Math.min(0, low); high = Math.max(0, high); }
  const marks = ticks(low, high, 5);
  [low, high] = [marks[0], marks.at(-1)];
  const band = (W - LEFT - RIGHT) / Math.max(1, shown.length);
  const slanted = !numericX && Math.max(...shown.map((row) => String(row[x] ?? "").length)) * 7 > band;
  const BOTTOM = slanted ? 76 : 32;
  const yAt = (v) => TOP + (H - TOP - BOTTOM) * (1 - (v - low) / (high - low || 1));
  const xLow = Math.min(...xs), xHigh = Math.max(...xs);
  const across = (v) => LEFT + 8 + (W - LEFT - RIGHT - 16) * ((v - xLow) / (xHigh - xLow || 1));
  const xAt = (i) => (numericX ? across(xs[i]) : LEFT + band * (i + 0.5));

  const parts = marks.map((m) => s("g", {}, s("line", { class: m === 0 ? "zero" : "gridline", x1: LEFT, x2: W - RIGHT, y1: yAt(m), y2: yAt(m) }),
    s("text", { class: "axis", x: LEFT - 8, y: yAt(m) + 4, "text-anchor": "end" }, compact.format(m))));
  const label = (at, text) => s("text", slanted
    ? { class: "axis", "text-anchor": "end", transform: `translate(${at + 4} ${H - BOTTOM + 14}) rotate(-32)` }
    : { class: "axis", x: at, y: H - BOTTOM + 19, "text-anchor": "middle" }, text);
  if (numericX) {
    parts.push(...ticks(xLow, xHigh, 10).filter((m) => m >= xLow && m <= xHigh).map((m) => label(across(m), String(m))));
  } else {
    const every = Math.ceil(18 / band);
    shown.forEach((row, i) => { if (i % every === 0) parts.push(label(xAt(i), shorten(String(row[x] ?? "NULL"), slanted ? 18 : 24))); });
  }
  values.forEach((column, n) => parts.push(...series(kind, column, n, { xAt, yAt, band, count: ys.length, shown, x, name: names[ys[n]] })));

  return h("div", { class: "stack" },
    s("svg", { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${kind} chart of ${ys.map((y) => names[y]).join(", ")} by ${names[x]}` }, parts),
    h("div", { class: "legend" }, ys.map((y, n) => h("span", {}, h("i", { style: `background: var(--s${n + 1})` }), names[y])),
      rows.length > shown.length ? h("span", {}, `the first ${POINTS_MAX} rows`) : null));
}

function series(kind, column, n, { xAt, yAt, band, count, shown, x, name }) {
  const tip = (i) => s("title", {}, `${shown[i][x]}: ${name} ${shown[i] && column[i]}`);
  if (kind === "bar") {
    const width = Math.min(46, (band * 0.78) / count);
    return column.map((v, i) => Number.isFinite(v) && s("rect", { class: `f${n + 1}`, rx: Math.min(2, width / 3), width: Math.max(0.5, width - 1),
      x: xAt(i) - (width * count) / 2 + width * n, y: Math.min(yAt(v), yAt(0)), height: Math.max(0.5, Math.abs(yAt(v) - yAt(0))) }, tip(i))).filter(Boolean);
  }
  const points = column.map((v, i) => Number.isFinite(v) && s("circle", { class: `f${n + 1}`, cx: xAt(i), cy: yAt(v), r: kind === "line" ? (column.length > 80 ? 0 : 2.6) : 3.4,
    opacity: kind === "line" ? 1 : 0.7 }, tip(i))).filter(Boolean);
  if (kind === "scatter") return points;
  let d = "";
  let gap = true;
  column.forEach((v, i) => {
    if (!Number.isFinite(v)) { gap = true; return; }
    d += `${gap ? "M" : "L"}${xAt(i).toFixed(1)} ${yAt(v).toFixed(1)}`;
    gap = false;
  });
  return [s("path", { class: `l${n + 1}`, d }), ...points];
}
