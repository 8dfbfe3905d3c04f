// The clients the console uses: the same APIs as everyone's, signed like everyone's, on the page's own origin.

import { encodePath, presign, queryString, sign, UNSIGNED } from "./sigv4.js";

const DEFAULTS = { access: "test", secret: "test", region: "us-east-1" };

/** Who asks and where; kept in the browser. A twelve-digit access key is its own account. */
export const settings = {
  read() {
    try { return { ...DEFAULTS, ...JSON.parse(localStorage.getItem("aquifer.settings") ?? "{}") }; } catch { return { ...DEFAULTS }; }
  },
  write(change) { localStorage.setItem("aquifer.settings", JSON.stringify({ ...this.read(), ...change })); },
};

/** A refusal: `code`, `message`, `status`, `requestId`. */
export class AwsError extends Error {
  constructor(code, message, status, requestId) {
    super(message || "The service gave no reason.");
    Object.assign(this, { code, status, requestId });
  }
}

async function send(url, options) {
  try {
    return await fetch(url, options);
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new AwsError("NoAnswer", "The platform does not answer. Is it still running?", 0);
  }
}

const idOf = (response) => response.headers.get("x-amzn-requestid") ?? response.headers.get("x-amz-request-id");

async function jsonCall(service, target, input, signal) {
  const { access, secret, region } = settings.read();
  const body = JSON.stringify(input);
  const headers = sign({ method: "POST", host: location.host, path: "/", payload: body, service, region, access, secret,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target } });
  const response = await send("/", { method: "POST", headers, body, signal });
  const text = await response.text();
  let output = {};
  try { output = text ? JSON.parse(text) : {}; } catch { output = { message: text.slice(0, 400) }; }
  if (!response.ok) {
    const code = String(output.__type ?? output.code ?? `HTTP ${response.status}`).split("#").pop();
    throw new AwsError(code, output.message ?? output.Message, response.status, idOf(response));
  }
  return output;
}

export const glue = (operation, input = {}, signal) => jsonCall("glue", `AWSGlue.${operation}`, input, signal);
export const athena = (operation, input = {}, signal) => jsonCall("athena", `AmazonAthena.${operation}`, input, signal);

/** Follows NextToken; `limit` stops a listing that has no end. */
export async function all(call, operation, input, member, limit = 5000) {
  const found = [];
  let NextToken;
  do {
    const page = await call(operation, { ...input, NextToken });
    found.push(...(page[member] ?? []));
    NextToken = page.NextToken;
  } while (NextToken && found.length < limit);
  return found;
}

const s3Path = (bucket, key = "") => `/${encodePath(bucket)}${key ? `/${encodePath(key)}` : ""}`;

/** One S3 call, path style. Answers the raw response; errors come as XML. */
async function s3Call(method, bucket, key, { query = {}, headers = {}, body, signal } = {}) {
  const { access, secret, region } = settings.read();
  const path = bucket ? s3Path(bucket, key) : "/";
  const signed = sign({ method, host: location.host, path, query, headers, payload: body === undefined ? "" : UNSIGNED,
    service: "s3", region, access, secret });
  const suffix = queryString(query);
  const response = await send(path + (suffix ? `?${suffix}` : ""), { method, headers: signed, body, signal });
  if (!response.ok) {
    const xml = parse(await response.text());
    throw new AwsError(text(xml, "Code") || `HTTP ${response.status}`, text(xml, "Message") || response.statusText, response.status, idOf(response));
  }
  return response;
}

const parse = (body) => new DOMParser().parseFromString(body || "<none/>", "application/xml");
const text = (node, tag) => node.getElementsByTagName(tag)[0]?.textContent ?? "";
const each = (node, tag, read) => Array.from(node.getElementsByTagName(tag), read);

export const s3 = {
  async buckets() {
    const xml = parse(await (await s3Call("GET")).text());
    return each(xml, "Bucket", (b) => ({ name: text(b, "Name"), created: text(b, "CreationDate") }));
  },
  /** One page of a folder: its objects and its folders. */
  async list(bucket, prefix, token, size = 500) {
    const query = { "list-type": 2, delimiter: "/", prefix, "max-keys": size, "continuation-token": token };
    const xml = parse(await (await s3Call("GET", bucket, "", { query })).text());
    return {
      objects: each(xml, "Contents", (o) => ({ key: text(o, "Key"), size: Number(text(o, "Size")), modified: text(o, "LastModified") })),
      folders: each(xml, "CommonPrefixes", (p) => text(p, "Prefix")),
      next: text(xml, "NextContinuationToken") || undefined,
    };
  },
  create: (bucket) => s3Call("PUT", bucket),
  deleteBucket: (bucket) => s3Call("DELETE", bucket),
  put: (bucket, key, file) => s3Call("PUT", bucket, key, { body: file, headers: { "content-type": file.type || "application/octet-stream" } }),
  delete: (bucket, key) => s3Call("DELETE", bucket, key),
  head: (bucket, key) => s3Call("HEAD", bucket, key),
  /** The first `size` bytes of an object. An empty object has no first byte to ask for. */
  async start(bucket, key, size, total) {
    const headers = total > 0 ? { range: `bytes=0-${Math.min(size, total) - 1}` } : {};
    return new Uint8Array(await (await s3Call("GET", bucket, key, { headers })).arrayBuffer());
  },
  /** A link that works for an hour, saved by the browser under the object's own name. */
  link(bucket, key) {
    const { access, secret, region } = settings.read();
    const path = s3Path(bucket, key);
    const name = key.split("/").pop().replace(/["\\\r\n]/g, "_");
    const query = { "response-content-disposition": `attachment; filename*=UTF-8''${encodePath(name)}` };
    return `${path}?${presign({ host: location.host, path, query, region, access, secret })}`;
  },
};

/** The platform's own API. */
export async function admin(path, body) {
  const response = await send(`/_aquifer/${path}`, body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const answer = await response.text();
  if (!response.ok) {
    let message = answer.slice(0, 400);
    try { message = JSON.parse(answer).message ?? JSON.parse(answer).error ?? message; } catch { /* plain text is the message */ }
    throw new AwsError(`HTTP ${response.status}`, message, response.status);
  }
  try { return JSON.parse(answer); } catch { return answer.split("\n").filter(Boolean).map((line) => JSON.parse(line)); }
}

/** The bill's lines, dearest first. */
export async function billLines() {
  const answer = await admin("bill");
  const lines = Array.isArray(answer) ? answer : answer.lines ?? [];
  return lines.map((l) => ({ ...l, amount: Number(l.amount), quantity: Number(l.quantity) })).sort((a, b) => b.amount - a.amount || b.quantity - a.quantity);
}
