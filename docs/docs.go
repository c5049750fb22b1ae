// Package docs embeds those documents that the program itself shows.
package docs

import _ "embed"

// Privacy tells what is kept about people, in English and Korean. The text is Markdown.
var (
	//go:embed privacy.md
	PrivacyEnglish string
	//go:embed privacy.ko.md
	PrivacyKorean string
)
