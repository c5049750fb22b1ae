#!/usr/bin/env bash
# fuse.js 7.5.0 and flexsearch 0.8.212 from npm, Node.js; github.com/lithammer/fuzzysearch v1.1.8.
#
# Searches that ignore accents take letters apart and drop the marks. In Japanese a mark makes another consonant, so ハハ
# (mother), パパ (papa) and ババ (hag) are one word to them, each a full hit for the others: FlexSearch does so by default. Fuse
# also leaves Hangul in its letters, which it counts: what it found in a Korean title begins and ends too far behind, and a
# page that marks the hit marks other letters, or none. In Amélie the place is right.
source "$(dirname "$0")/lib.sh"
got=$(node_run fuse.js@7.5.0 flexsearch@0.8.212 <<'JS'
const Fuse = require("fuse.js").default ?? require("fuse.js");
const { Index } = require("flexsearch");
const words = ["パパ", "ハハ", "ババ"];
const index = new Index();
words.forEach((word) => index.add(word, word));
console.log("flexsearch ハハ:", index.search("ハハ").join(" "));
for (const ignoreDiacritics of [false, true]) {
  const fuse = (list) => new Fuse(list, { ignoreDiacritics, ignoreLocation: true, threshold: 0, includeMatches: true });
  console.log("fuse.js", ignoreDiacritics, "ハハ:", fuse(words).search("ハハ").map((found) => found.item).join(" "));
  for (const [title, query] of [["만추", "만추"], ["살인의 추억", "추억"], ["Amélie", "lie"]]) {
    const [[from, to]] = fuse([title]).search(query)[0].matches[0].indices;
    console.log("fuse.js", ignoreDiacritics, `${query} of ${title}: ${from} to ${to}, "${title.slice(from, to + 1)}"`);
  }
}
JS
)
expect 'flexsearch ハハ: パパ ハハ ババ
fuse.js false ハハ: ハハ
fuse.js false 만추 of 만추: 0 to 1, "만추"
fuse.js false 추억 of 살인의 추억: 4 to 5, "추억"
fuse.js false lie of Amélie: 3 to 5, "lie"
fuse.js true ハハ: パパ ハハ ババ
fuse.js true 만추 of 만추: 0 to 4, "만추"
fuse.js true 추억 of 살인의 추억: 9 to 13, ""
fuse.js true lie of Amélie: 3 to 5, "lie"' "$got"
got=$(go_run github.com/lithammer/fuzzysearch@v1.1.8 <<'GO'
package main

import (
	"fmt"

	"github.com/lithammer/fuzzysearch/fuzzy"
)

func main() {
	words := []string{"パパ", "ハハ", "ババ"}
	fmt.Println("Find:", fuzzy.Find("ハハ", words), "FindNormalized:", fuzzy.FindNormalized("ハハ", words))
}
GO
)
expect 'Find: [ハハ] FindNormalized: [パパ ハハ ババ]' "$got"
