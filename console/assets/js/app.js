// The frame of the page: navigation, the address behind "#", the settings. A view is a function that fills a node.

import { errorBox, h, icon } from "./dom.js";
import { settings } from "./aws.js";
import { athenaView } from "./views/athena.js";
import { catalogView } from "./views/catalog.js";
import { clockView } from "./views/clock.js";
import { overviewView } from "./views/overview.js";
import { s3View } from "./views/s3.js";

const SECTIONS = [
  ["overview", "Overview", overviewView, "M4 13h6V4H4zM14 9h6V4h-6zM14 20h6v-7h-6zM4 20h6v-3H4z"],
  ["s3", "S3", s3View, "M5 5.5h14l-1.7 13.2c-.1.7-2.4 1.3-5.3 1.3s-5.2-.6-5.3-1.3zM5 5.5c0 1 3.1 1.7 7 1.7s7-.7 7-1.7-3.1-1.7-7-1.7-7 .7-7 1.7"],
  ["catalog", "Catalog", catalogView, "M4 5h16v14H4zM4 10h16M10 10v9"],
  ["athena", "Athena", athenaView, "M4 6l5 5-5 5M12 17h8"],
  ["clock", "Clock and bill", clockView, "M12 7v5l3.5 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17"],
].map(([id, title, view, path]) => ({ id, title, view, path }));

const THEMES = ["system", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");

function applyTheme() {
  const theme = localStorage.getItem("aquifer.theme") ?? "system";
  document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
}

function navigation(current) {
  const { access, region } = settings.read();
  const set = (name) => (event) => {
    settings.write(name === "access" ? { access: event.target.value.trim() || "test" } : { [name]: event.target.value.trim() || "us-east-1" });
    render();
  };
  document.getElementById("nav").replaceChildren(
    h("a", { class: "brand", href: "#/overview" }, h("img", { src: "favicon.svg", alt: "" }), "Aquifer"),
    ...SECTIONS.map((s) => h("a", { class: "nav-link", href: `#/${s.id}`, "aria-current": s.id === current ? "page" : undefined }, icon(s.path), s.title)),
    h("div", { class: "nav-foot" },
      h("label", { title: "The access key that signs; a twelve-digit one is its own account" }, "Account or access key", h("input", { value: access, onchange: set("access"), spellcheck: "false", autocomplete: "off" })),
      h("label", {}, "Region", h("input", { value: region, onchange: set("region"), spellcheck: "false", autocomplete: "off" })),
      h("label", {}, "Theme", h("select", { onchange: (e) => { localStorage.setItem("aquifer.theme", e.target.value); applyTheme(); } },
        THEMES.map((t) => h("option", { value: t, selected: t === (localStorage.getItem("aquifer.theme") ?? "system") }, t[0].toUpperCase() + t.slice(1)))))));
}

let leave = null;

/** Shows what the address names. A view answers a function to call when it is left, or nothing. */
async function render() {
  leave?.();
  leave = null;
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [id, ...rest] = path.split("/").map(decodeURIComponent);
  const section = SECTIONS.find((s) => s.id === id) ?? SECTIONS[0];
  document.title = `${section.title} · Aquifer`;
  navigation(section.id);
  const page = h("div", { class: "page" });
  document.getElementById("main").replaceChildren(page);
  const route = { path: rest, query: new URLSearchParams(search) };
  try {
    const left = await section.view(page, route);
    if (page.isConnected) leave = left ?? null; else left?.();
  } catch (error) {
    page.append(errorBox(error));
    console.error(error);
  }
}

applyTheme();
dark.addEventListener("change", applyTheme);
addEventListener("hashchange", () => { render(); document.getElementById("main").focus({ preventScroll: true }); scrollTo(0, 0); });
render();
