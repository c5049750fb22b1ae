#!/usr/bin/env bash
# github.com/yuin/goldmark v1.8.7 with its extension Linkify; marked 18.2.1 from npm, Node.js.
#
# Goldmark's extension for GitHub's bare links ends a link at the first character of its path that is no ASCII. GitHub's rule
# (GFM 0.29, section 6.9) takes all but white space and <. So the address of a Korean, Japanese or French article is cut
# before its first such letter and leads elsewhere: 기생충 becomes the start of the encyclopedia, Amélie the article on Am.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/yuin/goldmark@v1.8.7 <<'GO'
package main

import (
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	md := goldmark.New(goldmark.WithExtensions(extension.Linkify))
	for _, text := range []string{
		"https://ko.wikipedia.org/wiki/기생충", "https://ja.wikipedia.org/wiki/七人の侍", "https://en.wikipedia.org/wiki/Amélie",
		"https://ko.wikipedia.org/wiki/%EB%B0%80%EC%96%91",
	} {
		_, _ = os.Stdout.WriteString("goldmark ")
		if err := md.Convert([]byte(text), os.Stdout); err != nil {
			panic(err)
		}
	}
}
GO
)
got+=$'\n'$(node_run marked@18.2.1 <<'JS'
const { marked } = require("marked");
for (const text of ["https://ko.wikipedia.org/wiki/기생충", "https://en.wikipedia.org/wiki/Amélie"]) {
  console.log("marked", marked.parse(text, { gfm: true }).trim());
}
JS
)
expect 'goldmark <p><a href="https://ko.wikipedia.org/wiki/">https://ko.wikipedia.org/wiki/</a>기생충</p>
goldmark <p><a href="https://ja.wikipedia.org/wiki/">https://ja.wikipedia.org/wiki/</a>七人の侍</p>
goldmark <p><a href="https://en.wikipedia.org/wiki/Am">https://en.wikipedia.org/wiki/Am</a>élie</p>
goldmark <p><a href="https://ko.wikipedia.org/wiki/%EB%B0%80%EC%96%91">https://ko.wikipedia.org/wiki/%EB%B0%80%EC%96%91</a></p>
marked <p><a href="https://ko.wikipedia.org/wiki/%EA%B8%B0%EC%83%9D%EC%B6%A9">https://ko.wikipedia.org/wiki/기생충</a></p>
marked <p><a href="https://en.wikipedia.org/wiki/Am%C3%A9lie">https://en.wikipedia.org/wiki/Amélie</a></p>' "$got"
