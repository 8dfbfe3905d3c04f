// A textarea for SQL with its coloured text beneath it.

import { h } from "../dom.js";
import { spans } from "../sql.js";

/** `selected()` is what to run; `set`, `insert`, `focus` do what they say. */
export function editor({ label, value, onrun, onchange }) {
  const under = h("pre", { "aria-hidden": "true" });
  const area = h("textarea", { "aria-label": label, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "soft" });
  const paint = () => {
    // The last line break needs something after it, or the two texts scroll apart by one line.
    under.replaceChildren(...spans(area.value).map(([kind, text]) => h("span", { class: kind }, text)), "\n ");
    onchange(area.value);
  };
  area.addEventListener("input", paint);
  area.addEventListener("scroll", () => { under.scrollTop = area.scrollTop; under.scrollLeft = area.scrollLeft; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); onrun(); }
  });
  area.value = value;
  paint();
  return {
    node: h("div", { class: "editor" }, under, area),
    selected: () => area.value.slice(area.selectionStart, area.selectionEnd).trim() || area.value,
    set(text) { area.value = text; area.scrollTop = 0; paint(); },
    insert(text) { area.setRangeText(text, area.selectionStart, area.selectionEnd, "end"); paint(); area.focus(); },
    focus: () => area.focus({ preventScroll: true }),
  };
}
