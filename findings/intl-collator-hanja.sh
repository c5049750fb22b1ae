#!/usr/bin/env bash
# Intl.Collator of Node.js 20 (ICU 78, CLDR 48), and golang.org/x/text v0.43.0, collate.
#
# With the locale ko and `sensitivity: "base"` (in Go `collate.Loose`), the usual way to ignore case and accents, a Hangul
# syllable equals the Chinese characters that are read so: CLDR's Korean order makes them its secondary variants. So
# 기생충 equals 寄生蟲, which suits a search. But a character has one reading only: 金, which begins surnames as 김, equals
# 김 and not 금. With the locale en none of them are equal. ㄱ never equals 가.
source "$(dirname "$0")/lib.sh"
got=$(node_run <<'JS'
const ko = new Intl.Collator("ko", { sensitivity: "base" }), en = new Intl.Collator("en", { sensitivity: "base" });
for (const [a, b] of [["기생충", "寄生蟲"], ["김", "金"], ["금", "金"], ["ㄱ", "가"]])
  console.log(a, b, "ko:", ko.compare(a, b) === 0, "en:", en.compare(a, b) === 0);
JS
)
expect '기생충 寄生蟲 ko: true en: false
김 金 ko: true en: false
금 金 ko: false en: false
ㄱ 가 ko: false en: false' "$got"
got=$(go_run golang.org/x/text@v0.43.0 <<'GO'
package main

import (
	"fmt"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

func main() {
	loose := collate.New(language.Korean, collate.Loose)
	fmt.Println("기생충 寄生蟲:", loose.CompareString("기생충", "寄生蟲") == 0)
}
GO
)
expect '기생충 寄生蟲: true' "$got"
