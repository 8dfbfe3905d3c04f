// Numbers, sizes, times and money as people read them.

const whole = new Intl.NumberFormat("en-US");

export const count = (n) => whole.format(n);

export function bytes(n) {
  if (n === undefined || n === null) return "–";
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = n;
  let unit = -1;
  do { value /= 1000; unit += 1; } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function millis(ms) {
  if (ms === undefined || ms === null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60000 ? `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s` : `${Math.floor(ms / 60000)} min ${Math.round((ms % 60000) / 1000)} s`;
}

/** Dollars; as many digits as a fraction of a cent needs to be seen. */
export function money(amount) {
  const n = Number(amount);
  if (!Number.isFinite(n)) return "–";
  if (n === 0) return "$0.00";
  return Math.abs(n) >= 1 ? `$${n.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : `$${n.toFixed(Math.abs(n) >= 0.01 ? 4 : 8).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

/** An instant given as epoch seconds (the JSON protocols) or as text, in UTC. */
export function time(value) {
  if (value === undefined || value === null || value === "") return "–";
  const date = typeof value === "number" ? new Date(value * 1000) : new Date(value);
  return Number.isNaN(date.getTime()) ? String(value) : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
