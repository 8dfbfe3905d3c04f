// AWS Signature Version 4, header and query form: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

import { hex, hmac, sha256Hex } from "./sha256.js";

export const UNSIGNED = "UNSIGNED-PAYLOAD";

/** Percent-encodes everything but the unreserved characters, in upper case. */
export function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A path with each segment encoded once; S3 signs it just so. */
export const encodePath = (path) => path.split("/").map(encode).join("/");

const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export function queryString(query) {
  return Object.entries(query).filter(([, v]) => v !== undefined && v !== null)
    .map(([k, v]) => [encode(k), encode(String(v))])
    .sort((a, b) => byCode(a[0], b[0]) || byCode(a[1], b[1])).map(([k, v]) => `${k}=${v}`).join("&");
}

const stamp = (date) => date.toISOString().replace(/[-:]|\.\d{3}/g, "");

function signature({ secret, date, region, service, canonical }) {
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = scope.split("/").reduce((k, part) => hmac(k, part), `AWS4${secret}`);
  return hex(hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256Hex(canonical)].join("\n")));
}

/** The headers that sign a request. `path` is already encoded; `headers` holds those to be signed beside host and date. */
export function sign({ method, host, path, query = {}, headers = {}, payload = "", service, region, access, secret, now = new Date() }) {
  const date = stamp(now);
  const hash = payload === UNSIGNED ? UNSIGNED : sha256Hex(payload);
  const all = { ...headers, "x-amz-date": date, ...(service === "s3" ? { "x-amz-content-sha256": hash } : {}) };
  const signed = Object.entries({ ...all, host }).map(([k, v]) => [k.toLowerCase(), String(v).trim().replace(/ +/g, " ")])
    .sort((a, b) => byCode(a[0], b[0]));
  const names = signed.map(([k]) => k).join(";");
  const canonical = [method, service === "s3" ? path : encodePath(path), queryString(query),
    ...signed.map(([k, v]) => `${k}:${v}`), "", names, hash].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const sig = signature({ secret, date, region, service, canonical });
  return { ...all, authorization: `AWS4-HMAC-SHA256 Credential=${access}/${scope}, SignedHeaders=${names}, Signature=${sig}` };
}

/** The query string of a presigned S3 GET. */
export function presign({ host, path, query = {}, region, access, secret, expires = 3600, now = new Date() }) {
  const date = stamp(now);
  const all = { ...query, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": `${access}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
    "X-Amz-Date": date, "X-Amz-Expires": expires, "X-Amz-SignedHeaders": "host" };
  const canonical = ["GET", path, queryString(all), `host:${host}`, "", "host", UNSIGNED].join("\n");
  return `${queryString(all)}&X-Amz-Signature=${signature({ secret, date, region, service: "s3", canonical })}`;
}
