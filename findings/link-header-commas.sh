#!/usr/bin/env bash
# github.com/peterhellberg/link v1.2.0 and github.com/tomnomnom/linkheader v0.0.0-20250811210735-e5fe3b51442e.
#
# An address may contain commas (RFC 3986, section 2.2), and in a Link header it stands between < and > (RFC 8288, section
# 3), such as that of the next page of a list of two genres. The first reader takes the commas out of the address, and the
# second loses the link: a program that follows "next" asks for the genre "dramacrime", or ends after one page. Neither
# returns an error. A comma in a quoted title goes as well.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/peterhellberg/link@v1.2.0 \
  github.com/tomnomnom/linkheader@v0.0.0-20250811210735-e5fe3b51442e <<'GO'
package main

import (
	"fmt"

	"github.com/peterhellberg/link"
	"github.com/tomnomnom/linkheader"
)

func main() {
	for _, header := range []string{
		`</films?genre=drama&page=2>; rel="next"`,
		`</films?genre=drama,crime&page=2>; rel="next"`,
		`</films?page=2>; title="Crouching Tiger, Hidden Dragon"; rel="next"`,
	} {
		fmt.Println(header)
		if next := link.Parse(header)["next"]; next != nil {
			fmt.Printf("  link %s %q\n", next.URI, next.Extra["title"])
		}
		found := linkheader.Parse(header).FilterByRel("next")
		fmt.Println("  linkheader", len(found), found)
	}
}
GO
)
expect '</films?genre=drama&page=2>; rel="next"
  link /films?genre=drama&page=2 ""
  linkheader 1 </films?genre=drama&page=2>; rel="next"
</films?genre=drama,crime&page=2>; rel="next"
  link /films?genre=dramacrime&page=2 ""
  linkheader 0 
</films?page=2>; title="Crouching Tiger, Hidden Dragon"; rel="next"
  link /films?page=2 "Crouching Tiger Hidden Dragon"
  linkheader 0 ' "$got"
