package textindex

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/korean"
)

// Query is what a person has typed to search for, perhaps not to its end. Its zero value matches every text.
//
// A text matches when its key contains the key of the query. In the query, a consonant of Hangul (ㄱ) stands for every
// syllable that begins with it, and the last syllable for everything that typing can make of it: 기새 finds 기생충, and
// so do 깃 and ㄱㅅㅊ. A query without letters and digits is searched for literally.
type Query struct {
	key      string
	spelling []spelling
	others   []other
	literal  bool     // it has no letters and digits
	shown    []string // the texts that are searched for literally
	ngrams   []ngram
	start    ngram // of the keys that begin with the query
	ranges   []keyRange
}

// keyRange is a range of keys, which ends before its end.
type keyRange struct{ begin, end string }

// spelling is one of the texts that a query can become, a set of characters for each position.
type spelling []korean.Range

// other is a text in another column, which also makes a row match.
type other struct{ column, text string }

// Parse returns the query of a typed text. literal is the column with the texts as they are shown, which a query
// without letters and digits is searched in.
func Parse(typed, literal string) Query {
	q := Query{key: Key(typed)}
	if q.key == "" {
		return q
	}
	text := []rune(q.key)
	if found := symbolsOf(typed, q.key); len(found) > 0 {
		q.literal, q.shown = true, []string{q.key}
		if shown := norm.NFC.String(strings.TrimSpace(typed)); shown != q.key {
			q.shown = append(q.shown, shown)
		}
		q = q.In(literal)
		q.spelling = []spelling{literally(text)}
		q.ngrams, q.start = symbolNgrams(found)
	} else {
		q.spelling = spellings(text)
		q.ngrams, q.start = queryNgrams(text)
	}
	q.ranges = rangesOf(q.spelling)
	return q
}

// symbolsOf returns the symbols of a typed text whose key has nothing else, and nil for any other.
func symbolsOf(typed, key string) []rune {
	if first, _ := utf8.DecodeRuneInString(key); unicode.In(first, unicode.L, unicode.M, unicode.N) {
		return nil
	}
	if found := symbols(typed); cut(compose(string(found))) == key {
		return found
	}
	return nil
}

// rangesOf returns the ranges of keys that begin with one of the spellings. It is nil where these are many ranges, because
// a spelling has a set before its last character.
func rangesOf(all []spelling) (ranges []keyRange) {
	for _, s := range all {
		last := len(s) - 1
		before, set := s[:last].pattern(), s[last]
		if !s[:last].plain() || set.Last == unicode.MaxRune {
			return nil
		}
		ranges = append(ranges, keyRange{before + string(set.First), before + string(following(set.Last))})
		if set.Letter != 0 {
			ranges = append(ranges, keyRange{before + string(set.Letter), before + string(following(set.Letter))})
		}
	}
	return ranges
}

// following returns the next character in the order of keys, which is that of their bytes and of code points.
func following(r rune) rune {
	const surrogates, afterSurrogates = 0xD800, 0xE000 // those between them are in no text
	if r+1 == surrogates {
		return afterSurrogates
	}
	return r + 1
}

// literally returns the spelling of a finished text.
func literally(text []rune) spelling {
	s := make(spelling, len(text))
	for i, r := range text {
		s[i] = korean.Range{First: r, Last: r}
	}
	return s
}

// spellings returns the texts that a typed key can become.
func spellings(text []rune) []spelling {
	first := literally(text)
	for i, r := range text {
		if korean.IsInitial(r) {
			first[i] = korean.BeginningWith(r)
		}
	}
	last := len(text) - 1
	if !korean.IsSyllable(text[last]) {
		return []spelling{first}
	}
	instead, pairs := korean.Typed(text[last])
	first[last] = instead
	all := []spelling{first}
	for _, pair := range pairs {
		all = append(all, append(append(make(spelling, 0, len(text)+1), first[:last]...), pair[:]...))
	}
	return all
}

// Empty reports whether every text matches.
func (q Query) Empty() bool { return q.key == "" }

// Key returns the key that an exact match has.
func (q Query) Key() string { return q.key }

// Literal reports whether the query is searched for in the texts as they are shown as well as in their keys.
func (q Query) Literal() bool { return q.literal }

// Or returns a query that also matches rows whose column contains text.
func (q Query) Or(column, text string) Query {
	q.others = append(slices.Clip(q.others), other{column, text})
	return q
}

// In returns the query for other texts, whose column literal has them as they are shown.
func (q Query) In(literal string) Query {
	q.others = nil
	for _, text := range q.shown {
		q = q.Or(literal, text)
	}
	return q
}

// Begins returns the SQL condition, and its arguments, for rows whose key begins with the query.
func (q Query) Begins(driver, column string) (string, []any) {
	return q.condition(driver, column, true)
}

// Matches returns the SQL condition, and its arguments, for rows that match, given the column of their keys.
func (q Query) Matches(driver, column string) (string, []any) {
	condition, args := q.condition(driver, column, false)
	for _, o := range q.others { // unlike LIKE, INSTR has no wildcards to escape
		condition, args = condition+" OR INSTR("+o.column+", ?) > 0", append(args, o.text)
	}
	if len(args) > 1 {
		condition = "(" + condition + ")"
	}
	return condition, args
}

// MatchesAs is [Query.Matches] for the rows of one rank.
func (q Query) MatchesAs(rank Rank, driver, column string) (string, []any) {
	if rank == Exact {
		return column + " = ?", []any{q.key}
	}
	begins, starts := q.Begins(driver, column)
	if rank == Prefix {
		return "(" + begins + ") AND " + column + " <> ?", append(starts, q.key)
	}
	matches, args := q.Matches(driver, column)
	return matches + " AND NOT (" + begins + ")", append(args, starts...)
}

func (q Query) condition(driver, column string, start bool) (string, []any) {
	if len(q.spelling) == 1 && q.spelling[0].plain() {
		if start {
			return "INSTR(" + column + ", ?) = 1", []any{q.key}
		}
		return "INSTR(" + column + ", ?) > 0", []any{q.key}
	}
	if driver == database.MySQL {
		return column + " REGEXP ?", []any{q.regexp(start)}
	}
	var conditions []string
	var args []any
	for _, s := range q.spelling {
		pattern := s.pattern() + "*"
		if !start {
			pattern = "*" + pattern
		}
		// With nothing but a placeholder on its right side SQLite compiles the statement anew whenever that is bound.
		conditions, args = append(conditions, column+" GLOB (? || '')"), append(args, pattern)
	}
	return strings.Join(conditions, " OR "), args
}

// regexp returns a regular expression for the spellings.
func (q Query) regexp(start bool) string {
	patterns := make([]string, len(q.spelling))
	for i, s := range q.spelling {
		patterns[i] = s.pattern()
	}
	all := strings.Join(patterns, "|")
	if start {
		return "^(" + all + ")"
	}
	return all
}

// plain reports whether the spelling is one text.
func (s spelling) plain() bool {
	for _, c := range s {
		if c.First != c.Last || c.Letter != 0 {
			return false
		}
	}
	return true
}

// pattern returns the spelling as both GLOB and regular expressions write it. A key with a set has letters and digits
// only, so nothing needs an escape.
func (s spelling) pattern() string {
	var b strings.Builder
	for _, c := range s {
		if c.First == c.Last && c.Letter == 0 {
			b.WriteRune(c.First)
			continue
		}
		b.WriteByte('[')
		b.WriteRune(c.First)
		b.WriteByte('-')
		b.WriteRune(c.Last)
		if c.Letter != 0 {
			b.WriteRune(c.Letter)
		}
		b.WriteByte(']')
	}
	return b.String()
}

// Rank is how well a text matches a query. Better ranks are lower.
type Rank int

// The values of [Rank].
const (
	Exact  Rank = iota // the key is that of the query
	Prefix             // the key begins with the query
	Part               // anything else
)

// RankOf returns the rank of a row that matches, given its key.
func (q Query) RankOf(key string) Rank {
	if key == q.key {
		return Exact
	}
	for _, s := range q.spelling {
		if s.begins(key) {
			return Prefix
		}
	}
	return Part
}

func (s spelling) begins(key string) bool {
	i := 0
	for _, r := range key {
		if i == len(s) {
			return true
		}
		if c := s[i]; (r < c.First || r > c.Last) && (c.Letter == 0 || r != c.Letter) {
			return false
		}
		i++
	}
	return i == len(s)
}
