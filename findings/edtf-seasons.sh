#!/usr/bin/env bash
# edtf 4.11.1 from npm, Node.js.
#
# EDTF (ISO 8601-2) writes a release of summer 1994 as 1994-22, and quarters as 1994-33 to 36. The library makes quarters of
# seasons: spring begins on the first of January, and summer is over on the 30th of June, before a northern summer has
# begun to be one. A film released in July 1994 is not within its summer, and autumn covers it.
source "$(dirname "$0")/lib.sh"
got=$(node_run edtf@4.11.1 <<'JS'
(async () => {
  const { default: edtf } = await import("edtf");
  const day = (time) => new Date(time).toISOString().slice(0, 10);
  for (const [name, text] of Object.entries({ spring: "1994-21", summer: "1994-22", autumn: "1994-23", winter: "1994-24" })) {
    const season = edtf(text);
    console.log(name, text, season.type, day(season.min), "to", day(season.max), "covers July", season.covers(edtf("1994-07")));
  }
})();
JS
)
expect 'spring 1994-21 Season 1994-01-01 to 1994-03-31 covers July false
summer 1994-22 Season 1994-04-01 to 1994-06-30 covers July false
autumn 1994-23 Season 1994-07-01 to 1994-09-30 covers July true
winter 1994-24 Season 1994-10-01 to 1994-12-31 covers July false' "$got"
