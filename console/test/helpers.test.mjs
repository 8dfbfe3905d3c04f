// `node --test console/test` checks what the console computes by itself: hashes, signatures, CSV, sizes.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import test from "node:test";

import { parseCsv, toCsv } from "../assets/js/csv.js";
import { bytes, money } from "../assets/js/format.js";
import { hex, hmac, sha256Hex } from "../assets/js/sha256.js";
import { encodePath, presign, sign } from "../assets/js/sigv4.js";
import { spans } from "../assets/js/sql.js";
import { ticks } from "../assets/js/chart.js";

test("SHA-256 agrees with another implementation at every length around a block", () => {
  for (let length = 0; length < 200; length += 1) {
    const data = new Uint8Array(length).map((_, i) => (i * 7 + length) & 255);
    assert.equal(sha256Hex(data), createHash("sha256").update(data).digest("hex"));
  }
});

test("HMAC agrees with another implementation for short and long keys", () => {
  for (const length of [1, 63, 64, 65, 200]) {
    const key = new Uint8Array(length).fill(length);
    assert.equal(hex(hmac(key, "message")), createHmac("sha256", key).update("message").digest("hex"));
  }
});

const example = { region: "us-east-1", access: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", now: new Date("2013-05-24T00:00:00Z") };

test("the header signature of AWS's own S3 example", () => {
  const headers = sign({ ...example, method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt", service: "s3", headers: { range: "bytes=0-9" } });
  assert.ok(headers.authorization.endsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
});

test("the presigned address of AWS's own S3 example", () => {
  const query = presign({ ...example, host: "examplebucket.s3.amazonaws.com", path: "/test.txt", expires: 86400 });
  assert.ok(query.endsWith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
});

test("paths are encoded by segment, reserved characters included", () => {
  assert.equal(encodePath("year=2013/a b(1)'é"), "year%3D2013/a%20b%281%29%27%C3%A9");
});

test("CSV keeps quoted delimiters, doubled quotes and line ends, and drops a cut line", () => {
  assert.deepEqual(parseCsv('a,b\r\n"x,1","say ""hi""\nthere"\nlast'), [["a", "b"], ["x,1", 'say "hi"\nthere'], ["last"]]);
  assert.deepEqual(parseCsv("a,b\n1,2\n3,", ",", 10, true), [["a", "b"], ["1", "2"]]);
  assert.equal(toCsv([["a,b", 'q"', undefined]]), '"a,b","q""",\n');
});

test("sizes and money are short and not rounded away", () => {
  assert.equal(bytes(999), "999 B");
  assert.equal(bytes(999_600), "1.00 MB");
  assert.equal(bytes(8_153_236), "8.15 MB");
  assert.equal(money(0.00005), "$0.00005");
  assert.equal(money(0.0004), "$0.0004");
  assert.equal(money(1234.5), "$1,234.50");
});

test("SQL is coloured without losing a character", () => {
  const sql = "SELECT 'it''s', \"a b\", 1.5e3 -- end\nFROM t /* open";
  assert.equal(spans(sql).map(([, text]) => text).join(""), sql);
  assert.deepEqual(spans("select 'x' -- c").map(([kind]) => kind).filter(Boolean), ["kw", "str", "com"]);
});

test("axis marks are round and cover the data", () => {
  assert.deepEqual(ticks(0, 97, 5), [0, 20, 40, 60, 80, 100]);
  const some = ticks(-3.2, 17, 5);
  assert.ok(some[0] <= -3.2 && some.at(-1) >= 17);
});
