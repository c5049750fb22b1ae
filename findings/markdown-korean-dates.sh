#!/usr/bin/env bash
# github.com/yuin/goldmark v1.8.7 with github.com/microcosm-cc/bluemonday v1.0.27; marked 18.2.1 with sanitize-html 2.17.4 from
# npm, Node.js.
#
# A Korean date at the beginning of a line, 2019. 5. 30., is three lists within each other (CommonMark 0.31.2, section 5.2). A
# browser still shows its numbers, from the attribute `start`. These sanitizers keep lists and drop that attribute: the day
# of a release becomes 1. 1. 1., and a list that counts down from 5 counts up from 1.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/yuin/goldmark@v1.8.7 github.com/microcosm-cc/bluemonday@v1.0.27 <<'GO'
package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
)

func main() {
	for _, text := range []string{"2019. 5. 30. 개봉", "5. 괴물\n4. 밀양"} {
		var html bytes.Buffer
		if err := goldmark.Convert([]byte(text), &html); err != nil {
			panic(err)
		}
		line := strings.ReplaceAll(html.String(), "\n", "")
		fmt.Println("goldmark", line)
		fmt.Println("bluemonday", bluemonday.UGCPolicy().Sanitize(line))
	}
}
GO
)
got+=$'\n'$(node_run marked@18.2.1 sanitize-html@2.17.4 <<'JS'
const { marked } = require("marked");
const sanitize = require("sanitize-html");
const html = marked.parse("2019. 5. 30. 개봉").replaceAll("\n", "");
console.log("marked", html);
console.log("sanitize-html", sanitize(html));
JS
)
expect 'goldmark <ol start="2019"><li><ol start="5"><li><ol start="30"><li>개봉</li></ol></li></ol></li></ol>
bluemonday <ol><li><ol><li><ol><li>개봉</li></ol></li></ol></li></ol>
goldmark <ol start="5"><li>괴물</li><li>밀양</li></ol>
bluemonday <ol><li>괴물</li><li>밀양</li></ol>
marked <ol start="2019"><li><ol start="5"><li><ol start="30"><li>개봉</li></ol></li></ol></li></ol>
sanitize-html <ol><li><ol><li><ol><li>개봉</li></ol></li></ol></li></ol>' "$got"
