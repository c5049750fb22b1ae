#!/usr/bin/env bash
# papaparse 5.7.1 from npm, Node.js.
#
# Papa Parse finds the delimiter by itself and takes one only if the first ten lines have 1.99 fields or more on average. The
# newline at the end counts as a line with one field, so a table of two columns is recognised from its ninth row on, and
# below that is read with commas: ratings of 4,5 are cut. Without the last newline, or with skipEmptyLines, it is read.
source "$(dirname "$0")/lib.sh"
got=$(node_run papaparse@5.7.1 <<'JS'
const { parse } = require("papaparse");
const table = (rows, end) => "Name;Rating\n" + Array(rows).fill("기생충;4,5").join("\n") + end;
for (const [what, text, options] of [
  ["8 rows", table(8, "\n")],
  ["9 rows", table(9, "\n")],
  ["8 rows, no newline at the end", table(8, "")],
  ["8 rows, skipEmptyLines", table(8, "\n"), { skipEmptyLines: true }],
]) {
  const { data, meta } = parse(text, { header: true, ...options });
  console.log(what, "|", meta.delimiter, "|", JSON.stringify(data[0]));
}
JS
)
expect '8 rows | , | {"Name;Rating":"기생충;4","__parsed_extra":["5"]}
9 rows | ; | {"Name":"기생충","Rating":"4,5"}
8 rows, no newline at the end | ; | {"Name":"기생충","Rating":"4,5"}
8 rows, skipEmptyLines | ; | {"Name":"기생충","Rating":"4,5"}' "$got"
