package markdown

import (
	"regexp"
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

// lists parses lists as CommonMark does, but takes a line that begins with a date as Korean writes it, as in "2026. 11. 30.
// 시행", for text. CommonMark 0.31.2, section 5.3, makes three lists of it, each in the other.
type lists struct{ parser.BlockParser }

var dateAtStart = regexp.MustCompile(`^ {0,3}\d{4}\. {0,2}\d{1,2}\.`)

// Open implements [parser.BlockParser].
func (l lists) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if line, _ := reader.PeekLine(); dateAtStart.Match(line) {
		return nil, parser.NoChildren
	}
	return l.BlockParser.Open(parent, reader, pc)
}

// Continue implements [parser.BlockParser].
func (l lists) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if line, _ := reader.PeekLine(); dateAtStart.Match(line) {
		return parser.Close
	}
	return l.BlockParser.Continue(node, reader, pc)
}

// blockParsers returns those of CommonMark, with [lists].
func blockParsers() []util.PrioritizedValue {
	all := parser.DefaultBlockParsers()
	for i, p := range all {
		if p.Value == parser.NewListParser() {
			all[i].Value = lists{parser.NewListParser()}
		}
	}
	return all
}

// strikethrough parses what is between two tildes. Those of GitHub may be single, but in Korean a single one is a range, as
// in "10~20대, 30~40대".
type strikethrough struct{ parser.InlineParser }

// Parse implements [parser.InlineParser].
func (s strikethrough) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if line, _ := block.PeekLine(); len(line) < 2 || line[1] != '~' {
		return nil
	}
	return s.InlineParser.Parse(parent, block, pc)
}

// Bare links may have Korean, Chinese and Japanese after a sign, as in https://ko.wikipedia.org/wiki/기생충. Directly after a
// Latin letter or a digit they are a particle of the sentence, as in https://film.example/films/1을.
const (
	linkHost  = `[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-z]+(?::\d+)?`
	linkSigns = "-/#?@:%_+.~$!&=(),;'\">^{}\\[\\]`"
	linkWord  = `[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}]`
	linkPart  = `(?:[a-zA-Z0-9]+|` + linkWord + `(?:` + linkWord + `|[a-zA-Z0-9])*)?`
	linkPath  = `(?:[/#?][` + linkSigns + `]*` + linkPart + `(?:[` + linkSigns + `]+` + linkPart + `)*)?`
)

var (
	bareLink    = regexp.MustCompile(`^(?:https?|ftp)://` + linkHost + linkPath)
	bareWWWLink = regexp.MustCompile(`^www\.` + linkHost + linkPath)
)
