#!/usr/bin/env bash
# golang.org/x/text v0.43.0, unicode/norm, beside String.prototype.normalize of Node.js 20.
#
# norm.NFC does more than NFC: after 30 combining marks it inserts U+034F (the stream-safe format of UAX #15 §13), also
# where the text is normalised as a whole. The result is longer than what was put in and not canonically equivalent to
# it, so a server in Go and a page that counts the same text after normalize("NFC") disagree.
source "$(dirname "$0")/lib.sh"
got=$(go_run golang.org/x/text@v0.43.0 <<'GO'
package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func main() {
	text := norm.NFC.String("q" + strings.Repeat("\u0323", 40))
	fmt.Println("Go:", utf8.RuneCountInString(text), "contains U+034F:", strings.ContainsRune(text, '\u034f'))
}
GO
)
expect 'Go: 42 contains U+034F: true' "$got"
got=$(node_run <<'JS'
const text = ("q" + "\u0323".repeat(40)).normalize("NFC");
console.log("JavaScript:", [...text].length, "contains U+034F:", text.includes("\u034f"));
JS
)
expect 'JavaScript: 41 contains U+034F: false' "$got"
