// Values of keys as a table that spreadsheets open.

const HEAD = ["key", "value", "status", "answer", "pages"];
const FORMULA = /^[=+@\t\r-]/; // what a spreadsheet would compute, and a document must not have computed
const NUMBER = /^[+-][\d\s.,()/-]*$/;

/** Rows parted as RFC 4180 has it; with a mark in front, without which spreadsheets take it for another encoding. */
export function table(findings) {
  const rows = findings.map(({ key, status, value, answer = "", places }) => {
    const pages = [...new Set(places.map(({ page }) => page))].join(" ");
    return [key, status === "found" ? value : "", status, answer, pages];
  });
  return `\ufeff${[HEAD, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;
}

function quoted(text) {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
