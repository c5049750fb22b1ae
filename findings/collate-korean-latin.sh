#!/usr/bin/env bash
# golang.org/x/text v0.43.0, collate, and Intl.Collator of Node.js 20 (ICU 78, CLDR 48).
#
# In CLDR's Korean order Hangul comes before Latin letters, as in Korean indexes, and Intl.Collator sorts titles so. Go's
# collator for Korean has the Latin titles first: a list that the server sorted is in another order than the same one
# sorted in the page.
source "$(dirname "$0")/lib.sh"
got=$(go_run golang.org/x/text@v0.43.0 <<'GO'
package main

import (
	"fmt"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

func main() {
	titles := []string{"Zodiac", "밀양", "7인의 사무라이", "괴물", "Alien", "각하", "가나"}
	collate.New(language.Korean).SortStrings(titles)
	fmt.Println("Go", strings.Join(titles, ", "))
}
GO
)
got+=$'\n'$(node_run <<'JS'
const titles = ["Zodiac", "밀양", "7인의 사무라이", "괴물", "Alien", "각하", "가나"];
console.log("Intl", titles.sort(new Intl.Collator("ko").compare).join(", "));
JS
)
expect 'Go 7인의 사무라이, Alien, Zodiac, 가나, 각하, 괴물, 밀양
Intl 7인의 사무라이, 가나, 각하, 괴물, 밀양, Alien, Zodiac' "$got"
