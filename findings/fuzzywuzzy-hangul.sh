#!/usr/bin/env bash
# github.com/paul-mannino/go-fuzzywuzzy v0.0.0-20241117160931-a1769aeb6b21.
#
# Extract prepares titles in a way that keeps all letters, and then compares them with WRatio, which drops what is no ASCII. A
# Korean title has 0 of 100 points beside itself, and the first of the list wins. Two titles with the same year behind
# them have 100. UWRatio has to be passed as the scorer.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/paul-mannino/go-fuzzywuzzy@v0.0.0-20241117160931-a1769aeb6b21 <<'GO'
package main

import (
	"fmt"

	fuzzy "github.com/paul-mannino/go-fuzzywuzzy"
)

func main() {
	for _, c := range []struct {
		query  string
		titles []string
	}{
		{"기생충", []string{"괴물", "기생충", "밀양"}},
		{"기생충 2019", []string{"증인 2019", "기생충 2019"}},
		{"parasite", []string{"The Host", "Parasite"}},
	} {
		best, err := fuzzy.ExtractOne(c.query, c.titles)
		if err != nil {
			panic(err)
		}
		unicode, err := fuzzy.ExtractOne(c.query, c.titles, fuzzy.UWRatio)
		if err != nil {
			panic(err)
		}
		fmt.Println(c.query, "->", best.Match, best.Score, "| with UWRatio", unicode.Match, unicode.Score)
	}
}
GO
)
expect '기생충 -> 괴물 0 | with UWRatio 기생충 100
기생충 2019 -> 증인 2019 100 | with UWRatio 기생충 2019 100
parasite -> Parasite 100 | with UWRatio Parasite 100' "$got"
