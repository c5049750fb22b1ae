#!/usr/bin/env bash
# marked 18.2.1 and markdown-it 15.0.3 from npm, Node.js; github.com/yuin/goldmark v1.8.7 with its extension CJK.
#
# Bold text that ends in a quote or a bracket and is followed by a Korean particle, which never has a space before it, stays
# asterisks. CommonMark 0.31.2, section 6.2, allows no end of emphasis between punctuation and a letter. Goldmark's extension
# for East Asian languages deals with line breaks and escaped spaces, and does not change this.
source "$(dirname "$0")/lib.sh"
got=$(node_run marked@18.2.1 markdown-it@15.0.3 <<'JS'
const { marked } = require("marked");
const it = require("markdown-it")();
for (const text of ["**밀양**을", "**기생충(2019)**을", "**‘기생충’**은"]) {
  console.log("marked", marked.parse(text).trim());
  console.log("markdown-it", it.render(text).trim());
}
JS
)
got+=$'\n'$(go_run github.com/yuin/goldmark@v1.8.7 <<'GO'
package main

import (
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	md := goldmark.New(goldmark.WithExtensions(extension.CJK))
	for _, text := range []string{"**밀양**을", "**기생충(2019)**을", "**‘기생충’**은"} {
		_, _ = os.Stdout.WriteString("goldmark ")
		if err := md.Convert([]byte(text), os.Stdout); err != nil {
			panic(err)
		}
	}
}
GO
)
expect 'marked <p><strong>밀양</strong>을</p>
markdown-it <p><strong>밀양</strong>을</p>
marked <p>**기생충(2019)**을</p>
markdown-it <p>**기생충(2019)**을</p>
marked <p>**‘기생충’**은</p>
markdown-it <p>**‘기생충’**은</p>
goldmark <p><strong>밀양</strong>을</p>
goldmark <p>**기생충(2019)**을</p>
goldmark <p>**‘기생충’**은</p>' "$got"
