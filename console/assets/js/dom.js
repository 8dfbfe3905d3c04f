// Elements from data. Text goes in as text nodes only, so no datum can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false)
    .map((c) => (c instanceof Node ? c : document.createTextNode(String(c)))));
  return node;
}

/** An HTML element: `h("a", { href }, "text", other)`. `on…` attributes are listeners. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export function icon(path) {
  return s("svg", { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.7",
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, s("path", { d: path }));
}

export function badge(text, kind = "") {
  return h("span", { class: `badge ${kind}` }, text);
}

export function empty(title, text) {
  return h("div", { class: "empty" }, h("strong", {}, title), text);
}

/** What went wrong: the code, the sentence, the request it belongs to. */
export function errorBox(error) {
  return h("div", { class: "error", role: "alert" }, h("b", {}, error.code ?? error.name ?? "Error"),
    h("p", {}, error.message), error.requestId ? h("small", {}, "Request ", error.requestId) : null);
}

export function notice(text, kind = "") {
  const node = h("div", { class: `notice ${kind}` }, text);
  document.getElementById("notices").append(node);
  setTimeout(() => node.remove(), kind === "bad" ? 9000 : 4000);
}

export const noticeError = (error) => notice(`${error.code ?? "Error"}: ${error.message}`, "bad");

export function crumbs(...parts) {
  return h("div", { class: "crumbs" }, parts.flatMap(([text, href], i) => [
    i ? h("span", { class: "sep", "aria-hidden": "true" }, "/") : null,
    href ? h("a", { href }, text) : h("span", {}, text),
  ]));
}

/** Asks for one line of text, or (without `label`) for a yes. Answers null when dismissed. */
export function ask({ title, text, label, value = "", confirm = "OK", danger = false }) {
  return new Promise((resolve) => {
    const input = label ? h("input", { name: "answer", value, required: true, autocomplete: "off", spellcheck: "false" }) : null;
    const dialog = h("dialog", { "aria-label": title, onclose: () => {
      dialog.remove();
      resolve(dialog.returnValue === "ok" ? (input ? input.value : true) : null);
    } },
    h("form", { method: "dialog" }, h("h2", {}, title), text ? h("p", {}, text) : null,
      input ? h("label", {}, label, input) : null,
      h("div", { class: "row" },
        h("button", { value: "cancel", formnovalidate: true }, "Cancel"),
        h("button", { value: "ok", class: danger ? "danger" : "primary" }, confirm))));
    // Enter in the field would press the first button of the form, which is the one that cancels.
    input?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (input.reportValidity()) dialog.close("ok");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
