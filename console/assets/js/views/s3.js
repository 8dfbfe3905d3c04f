// Buckets, folders, objects: look, upload, download, delete, read the first lines.

import { s3 } from "../aws.js";
import { parseCsv } from "../csv.js";
import { ask, badge, crumbs, empty, errorBox, h, notice, noticeError } from "../dom.js";
import { bytes, count, plural, time } from "../format.js";
import { dataTable, listTable } from "../table.js";

const PREVIEW_BYTES = 256 * 1024;
const PREVIEW_TEXT = 64 * 1024;
const link = (bucket, prefix = "") => `#/s3/${encodeURIComponent(bucket)}${prefix ? `?prefix=${encodeURIComponent(prefix)}` : ""}`;

export async function s3View(page, { path: [bucket], query }) {
  if (!bucket) return bucketsPage(page);
  return query.get("key") ? objectPage(page, bucket, query.get("key")) : folderPage(page, bucket, query.get("prefix") ?? "");
}

async function bucketsPage(page) {
  const body = h("section", { class: "card" });
  const create = async () => {
    const name = await ask({ title: "Create a bucket", label: "Name", confirm: "Create" });
    if (!name) return;
    try { await s3.create(name); notice(`Created ${name}`); await draw(); } catch (error) { noticeError(error); }
  };
  const draw = async () => {
    const buckets = await s3.buckets();
    body.replaceChildren(buckets.length ? listTable(["Bucket", "Created", ""], buckets.map((b) => h("tr", {},
      h("td", {}, h("a", { href: link(b.name) }, b.name)), h("td", { class: "muted nowrap" }, time(b.created)),
      h("td", { class: "right" }, h("button", { class: "small danger", "aria-label": `Delete bucket ${b.name}`, onclick: () => remove(b.name) }, "Delete")))))
      : empty("No buckets yet", "Create one here, or with any S3 client."));
  };
  const remove = async (name) => {
    if (!await ask({ title: `Delete ${name}?`, text: "A bucket must be empty before it can go.", confirm: "Delete", danger: true })) return;
    try { await s3.deleteBucket(name); notice(`Deleted ${name}`); await draw(); } catch (error) { noticeError(error); }
  };
  page.append(h("div", { class: "page-head" }, h("h1", {}, "Buckets"), h("button", { class: "primary push", onclick: create }, "Create bucket")), body);
  await draw();
}

function trail(bucket, prefix, last) {
  const parts = prefix.split("/").filter(Boolean);
  const steps = parts.map((name, i) => [name, link(bucket, `${parts.slice(0, i + 1).join("/")}/`)]);
  return crumbs(["Buckets", "#/s3"], [bucket, link(bucket)], ...steps, ...(last ? [[last, null]] : []));
}

async function folderPage(page, bucket, prefix) {
  const rows = h("tbody", {});
  const foot = h("div", { class: "pager" });
  const body = h("section", { class: "card", "aria-label": "Objects" });
  const picker = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", "aria-label": "Files to upload", onchange: () => upload(picker.files) });
  let seen = 0;

  const load = async (token) => {
    const got = await s3.list(bucket, prefix, token);
    rows.append(...got.folders.map((f) => h("tr", {}, h("td", {}, h("a", { href: link(bucket, f) }, f.slice(prefix.length))), h("td", { class: "num muted" }, "folder"), h("td", {}), h("td", {}))));
    rows.append(...got.objects.filter((o) => o.key !== prefix).map((o) => objectRow(o)));
    seen += got.folders.length + got.objects.length;
    foot.replaceChildren(`${plural(seen, "entry", "entries")}${got.next ? " so far" : ""}`, h("span", { class: "push" }),
      got.next ? h("button", { class: "small", onclick: () => load(got.next).catch(noticeError) }, "More") : "");
    body.replaceChildren(...(seen ? [h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Size", "Modified", ""].map((t, i) => h("th", { class: i === 1 ? "num" : "", scope: "col" }, t)))), rows)), foot]
      : [empty("Nothing here", "Upload files with the button above, or drop them on this page.")]));
  };
  const objectRow = (o) => h("tr", {},
    h("td", {}, h("a", { href: `#/s3/${encodeURIComponent(bucket)}?key=${encodeURIComponent(o.key)}` }, o.key.slice(prefix.length))),
    h("td", { class: "num", title: `${count(o.size)} bytes` }, bytes(o.size)), h("td", { class: "muted nowrap" }, time(o.modified)),
    h("td", { class: "right nowrap" }, h("a", { class: "button small", href: s3.link(bucket, o.key), "aria-label": `Download ${o.key}` }, "Download"), " ",
      h("button", { class: "small danger", "aria-label": `Delete ${o.key}`, onclick: (e) => remove(o.key, e.target.closest("tr")) }, "Delete")));
  const remove = async (key, row) => {
    if (!await ask({ title: "Delete this object?", text: key, confirm: "Delete", danger: true })) return;
    try { await s3.delete(bucket, key); row.remove(); notice(`Deleted ${key}`); } catch (error) { noticeError(error); }
  };
  const upload = async (files) => {
    for (const file of files) {
      try { await s3.put(bucket, prefix + file.name, file); notice(`Uploaded ${file.name} (${bytes(file.size)})`); } catch (error) { noticeError(error); }
    }
    rows.replaceChildren();
    seen = 0;
    await load().catch(noticeError);
  };

  page.addEventListener("dragover", (e) => e.preventDefault());
  page.addEventListener("drop", (e) => { e.preventDefault(); upload(e.dataTransfer.files); });
  page.append(trail(bucket, prefix), h("div", { class: "page-head" }, h("h1", {}, prefix ? prefix.split("/").at(-2) : bucket),
    h("button", { class: "primary push", onclick: () => picker.click() }, "Upload"), picker), body);
  await load();
}

async function objectPage(page, bucket, key) {
  const name = key.split("/").pop();
  page.append(trail(bucket, key.slice(0, key.length - name.length), name),
    h("div", { class: "page-head" }, h("h1", {}, name), h("a", { class: "button push", href: s3.link(bucket, key) }, "Download")));
  const { headers } = await s3.head(bucket, key);
  const size = Number(headers.get("content-length"));
  const facts = [["Address", `s3://${bucket}/${key}`], ["Size", `${bytes(size)} (${count(size)} bytes)`], ["Type", headers.get("content-type")], ["ETag", headers.get("etag")],
    ["Modified", time(headers.get("last-modified"))], ["Version", headers.get("x-amz-version-id")], ["Storage class", headers.get("x-amz-storage-class")],
    ...[...headers].filter(([k]) => k.startsWith("x-amz-meta-")).map(([k, v]) => [k.slice(11), v])];
  const preview = h("section", { class: "card" });
  page.append(h("div", { class: "stack" }, h("section", { class: "card" }, h("div", { class: "body" },
    h("dl", { class: "facts" }, facts.filter(([, v]) => v).map(([k, v]) => [h("dt", {}, k), h("dd", { class: k === "ETag" || k === "Address" ? "mono" : "" }, v)])))), preview));
  try { await showPreview(preview, bucket, key, size); } catch (error) { preview.replaceChildren(h("div", { class: "body" }, errorBox(error))); }
}

/** Unpacks as much of a gzip stream as its first bytes allow. */
async function gunzipStart(data) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts = [];
  let length = 0;
  try {
    for (let got = await reader.read(); !got.done && length < PREVIEW_TEXT; got = await reader.read()) { parts.push(got.value); length += got.value.length; }
  } catch { /* the stream ends early: what came out of it is still good */ }
  reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function showPreview(node, bucket, key, size) {
  let data = await s3.start(bucket, key, PREVIEW_BYTES, size);
  const packed = data[0] === 0x1f && data[1] === 0x8b;
  if (packed) data = await gunzipStart(data);
  const cut = packed || data.length < size || data.length > PREVIEW_TEXT;
  data = data.slice(0, PREVIEW_TEXT);
  const head = h("header", {}, h("h2", {}, "Preview"), packed ? badge("gzip") : null);
  const plain = key.replace(/\.gz$/, "");
  if (data.length === 0) return node.replaceChildren(head, empty("Nothing to show", "The object is empty."));
  if (data.slice(0, 4096).includes(0) || /^PAR1/.test(new TextDecoder("latin1").decode(data.slice(0, 4)))) {
    return node.replaceChildren(head, empty("Not text", "This object holds binary data. A Parquet file can be read with SQL once a table names its folder."));
  }
  const text = new TextDecoder().decode(data);
  if (/\.(csv|tsv)$/i.test(plain)) {
    const [header = [], ...rows] = parseCsv(text, /\.tsv$/i.test(plain) ? "\t" : ",", 201, cut);
    head.append(h("span", { class: "muted" }, `${header.length} columns, the first ${plural(rows.length, "row")}`));
    return node.replaceChildren(head, dataTable({ columns: header.map((name) => ({ name })), rows, size: 25 }));
  }
  head.append(h("span", { class: "muted" }, cut ? `the first ${bytes(data.length)}` : ""));
  return node.replaceChildren(head, h("pre", { class: "preview", tabindex: "0" }, text));
}
