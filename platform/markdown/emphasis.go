package markdown

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis parses emphasis as CommonMark does, and also where a Korean particle follows without a space what ends in
// punctuation, as in **"기생충"**은. CommonMark 0.31.2, section 6.2, takes those asterisks for text, because in the languages
// it was written for a space would follow. Goldmark's extension CJK does not change that.
type emphasis struct{ parser.InlineParser }

// Parse implements [parser.InlineParser].
func (e emphasis) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	node := e.InlineParser.Parse(parent, block, pc)
	d, ok := node.(*parser.Delimiter)
	if !ok || d.Char != '*' {
		return node
	}
	after := ' '
	if d.OriginalLength < len(line) {
		after = util.ToRune(line, d.OriginalLength)
	}
	d.CanClose = d.CanClose || util.IsPunctRune(before) && ideographic(after)
	d.CanOpen = d.CanOpen || ideographic(before) && util.IsPunctRune(after)
	return node
}

// ideographic reports whether r is of a script whose words meet without spaces: that of Korean, Chinese or Japanese.
func ideographic(r rune) bool {
	return unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
