#!/usr/bin/env bash
# Intl.DisplayNames of Node.js 20 (ICU 78, CLDR 48), and golang.org/x/text v0.43.0, language and display.
#
# Film catalogues (TMDB, Wikidata, IMDb) give films of states that are gone the old ISO 3166 codes: SU, YU, DD.
# Intl.DisplayNames names the successor: a Soviet film is from Russia, an East German one from Germany, a Yugoslav one
# from Serbia, without a sign that the code was replaced. In Go, ParseRegion accepts all of them and IsCountry is true,
# but the name of SU and YU is the empty string, while DD is Germany.
source "$(dirname "$0")/lib.sh"
got=$(node_run <<'JS'
const en = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
console.log(["SU", "YU", "DD", "AN"].map((code) => `${code}=${en.of(code)}`).join(" "));
JS
)
expect 'SU=Russia YU=Serbia DD=Germany AN=Curaçao' "$got"
got=$(go_run golang.org/x/text@v0.43.0 <<'GO'
package main

import (
	"fmt"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

func main() {
	for _, code := range []string{"SU", "YU", "DD", "AN"} {
		r, err := language.ParseRegion(code)
		fmt.Printf("%s error=%v country=%t name=%q\n", code, err, r.IsCountry(), display.English.Regions().Name(r))
	}
}
GO
)
expect 'SU error=<nil> country=true name=""
YU error=<nil> country=true name=""
DD error=<nil> country=true name="Germany"
AN error=<nil> country=true name=""' "$got"
