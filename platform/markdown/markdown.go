// Package markdown renders texts of the operator. HTML in them is left out, and so are links that would run scripts.
package markdown

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// maxSize is the limit of a file, in bytes.
const maxSize = 1 << 20

// converter knows GitHub's tables, bare links and ~~strikethrough~~. It has no option for HTML, so it writes a comment in
// its place.
var converter = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.NewLinkify(extension.WithLinkifyURLRegexp(bareLink), extension.WithLinkifyWWWRegexp(bareWWWLink))),
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(emphasis{parser.NewEmphasisParser()}, 499), // before its own, 500
			util.Prioritized(strikethrough{extension.NewStrikethroughParser()}, 500),
		),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500))),
)

// Render returns a text as HTML that is safe in a page.
func Render(source []byte) (template.HTML, error) {
	var out bytes.Buffer
	if err := converter.Convert(source, &out); err != nil {
		return "", fmt.Errorf("render Markdown: %w", err)
	}
	return template.HTML(out.String()), nil //nolint:gosec // goldmark escapes, and leaves HTML and scripts out
}

// RenderFile is [Render] for a file of UTF-8, "" for the path "".
func RenderFile(path string) (template.HTML, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read Markdown: %w", err)
	}
	if info.Size() > maxSize {
		return "", fmt.Errorf("%s has more than %d bytes", path, maxSize)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read Markdown: %w", err)
	}
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	if !utf8.Valid(source) {
		return "", fmt.Errorf("%s is not UTF-8", path)
	}
	return Render(source)
}
