#!/usr/bin/env bash
# encoding/csv of Go 1.26 on the form of IMDb's datasets (title.basics.tsv: tabs, no quoting, quotes are text).
#
# LazyQuotes is documented as the way to allow a quote in an unquoted field. A field that begins with a quote still opens
# a quoted one: the rest of the file, with all its rows, becomes one field, and no error is returned.
source "$(dirname "$0")/lib.sh"
got=$(go_run <<'GO'
package main

import (
	"encoding/csv"
	"fmt"
	"strings"
)

func main() {
	const titles = "tconst\tprimaryTitle\tstartYear\n" +
		"tt0000001\tSay \"yes\" now\t1931\n" +
		"tt0000002\t\"Heroes\" never die\t1968\n" +
		"tt0000003\tAnother film\t1970\n" +
		"tt0000004\t\"Alone\" again\t1988\n"
	r := csv.NewReader(strings.NewReader(titles))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	fmt.Println("rows", len(rows), "error", err)
	for _, row := range rows {
		fmt.Printf("%q\n", row)
	}
}
GO
)
expect 'rows 3 error <nil>
["tconst" "primaryTitle" "startYear"]
["tt0000001" "Say \"yes\" now" "1931"]
["tt0000002" "Heroes\" never die\t1968\ntt0000003\tAnother film\t1970\ntt0000004\t\"Alone\" again\t1988\n"]' "$got"
