#!/usr/bin/env bash
# xlsx (SheetJS) 0.18.5 from npm, Node.js.
#
# A plain CSV of films, read as text: titles that look like a date, an amount or a fraction come back as numbers, and
# nothing says so. Option raw: true keeps them.
source "$(dirname "$0")/lib.sh"
got=$(node_run xlsx@0.18.5 <<'JS'
const { read, utils } = require("xlsx");
const csv = 'title,year\n9/11,2002\n$9.99,2008\n50%,2011\n6 1/2,1999\n1917,2019\n007,1962\nTrue,2010\n11:14,2003\n';
const titles = (options) => {
  const book = read(csv, { type: "string", ...options });
  return JSON.stringify(utils.sheet_to_json(book.Sheets[book.SheetNames[0]]).map((row) => row.title));
};
console.log("default", titles({}));
console.log("raw", titles({ raw: true }));
JS
)
expect 'default [37145,9.99,0.5,37408,1917,7,"True","11:14"]
raw ["9/11","$9.99","50%","6 1/2","1917","007","True","11:14"]' "$got"
