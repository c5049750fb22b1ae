#!/usr/bin/env bash
# github.com/blevesearch/bleve/v2 v2.6.3, its analyzer "cjk".
#
# The analyzer for Chinese, Japanese and Korean makes pairs of letters of the first two only. Korean words stay as they stand
# between spaces, with their particles: a film is found by a whole word of its title and by no part of it. So 살인의 추억 is
# not found by 살인, its first noun, while 七人の侍 is found by 七人.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/blevesearch/bleve/v2@v2.6.3 <<'GO'
package main

import (
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
)

func main() {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = cjk.AnalyzerName
	for _, c := range []struct{ title, query string }{
		{"七人の侍", "七人"}, {"となりのトトロ", "トトロ"}, {"살인의 추억", "살인"}, {"기생충", "기생"}, {"기생충", "기생충"},
	} {
		index, err := bleve.NewMemOnly(mapping)
		if err != nil {
			panic(err)
		}
		if err := index.Index("film", map[string]string{"title": c.title}); err != nil {
			panic(err)
		}
		found, err := index.Search(bleve.NewSearchRequest(bleve.NewMatchQuery(c.query)))
		if err != nil {
			panic(err)
		}
		var terms []string
		for _, token := range mapping.AnalyzerNamed(cjk.AnalyzerName).Analyze([]byte(c.title)) {
			terms = append(terms, string(token.Term))
		}
		fmt.Printf("%s %q, %s found: %t\n", c.title, terms, c.query, found.Total > 0)
	}
}
GO
)
expect '七人の侍 ["七人" "人の" "の侍"], 七人 found: true
となりのトトロ ["とな" "なり" "りの" "のト" "トト" "トロ"], トトロ found: true
살인의 추억 ["살인의" "추억"], 살인 found: false
기생충 ["기생충"], 기생 found: false
기생충 ["기생충"], 기생충 found: true' "$got"
