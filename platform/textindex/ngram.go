package textindex

import (
	"hash/fnv"
	"slices"

	"github.com/cinecircle/cinecircle/platform/korean"
)

// ngram is the key of a list of rows: an n-gram of one, two or three adjacent characters of the keys, a tag, or
// ngramPending. A character takes 21 bits, so three of them fit. Shorter n-grams begin with zero bits, which stand for
// a character that no text contains. Tags are negative.
//
// Two characters of a script with many characters, such as Hangul, are as selective as three letters of an
// alphabet, so trigrams are indexed for alphabets only. The last character of an n-gram of Hangul is an open syllable
// ([korean.Open]), because a search for half a syllable must find it, and in another n-gram a closed one
// ([korean.Closed]) for searches that end in a consonant. N-grams of initials have characters of their own
// (initialGram); there are few initials, so they have trigrams. Keys begin with the character startGram.
type ngram = int64

// ngramPending is the key of the list of pending rows, which may contain any n-gram.
const ngramPending ngram = 0

const (
	runeBits = 21
	// firstWide is the first character of the scripts for which two characters suffice: Hangul Jamo, and after it
	// nearly all scripts of East Asia.
	firstWide = 0x1100
	startGram = 1 // a control character, which no key contains
)

func bigram(a, b rune) ngram     { return ngram(a)<<runeBits | ngram(b) }
func trigram(a, b, c rune) ngram { return bigram(a, b)<<runeBits | ngram(c) }

func tagNgram(tag string) ngram {
	h := fnv.New32a()
	_, _ = h.Write([]byte(tag))  // a hash never fails
	return -1 - ngram(h.Sum32()) // a collision of two tags is harmless: the caller checks the row
}

// initialGram returns the character that stands for the initial of r in n-grams: one that no key contains, because
// keys have the letters that keyboards type. It is 0 for a character that is no syllable or consonant of Hangul.
func initialGram(r rune) rune {
	if letter := korean.Initial(r); letter != 0 {
		return letter - 'ㄱ' + firstWide
	}
	return 0
}

// open returns the open syllable of a syllable, and any other character unchanged.
func open(r rune) rune {
	if korean.IsSyllable(r) {
		return korean.Open(r)
	}
	return r
}

// closedAt returns the closed syllable at i, 0 for none.
func closedAt(key []rune, i int) rune {
	if !korean.IsSyllable(key[i]) {
		return 0
	}
	var next rune
	if i+1 < len(key) {
		next = key[i+1]
	}
	return korean.Closed(key[i], next)
}

// typedAt returns the character at i of a query as the last one of its n-grams: the last syllable closed if it has a
// final, any other open.
func typedAt(text []rune, i int) rune {
	if i == len(text)-1 {
		if c := closedAt(text, i); c != 0 {
			return c
		}
	}
	return open(text[i])
}

// ngrams returns the n-grams and tags of a text, sorted and without duplicates.
func (t Text) ngrams() []ngram {
	ngrams := t.appendTo(nil)
	slices.Sort(ngrams)
	return slices.Compact(ngrams)
}

// appendTo appends the n-grams and tags of a text in any order, some of them several times.
func (t Text) appendTo(to []ngram) []ngram {
	for _, tag := range t.Tags {
		to = append(to, tagNgram(tag))
	}
	for i, text := range t.Texts {
		key := t.Key
		if i > 0 || key == "" {
			key = Key(text)
		}
		to = appendNgrams(to, []rune(key))
		if !hasSymbols(text) {
			continue
		}
		for _, r := range symbols(text) {
			to = append(to, ngram(r))
		}
	}
	return to
}

// appendNgrams appends the n-grams of a key.
func appendNgrams(to []ngram, key []rune) []ngram {
	if len(key) == 0 {
		return to
	}
	to = append(slices.Grow(to, 7*len(key)+3), bigram(startGram, open(key[0])))
	if initial := initialGram(key[0]); initial != 0 {
		to = append(to, bigram(startGram, initial))
	} else if len(key) > 1 && max(key[0], key[1]) < firstWide {
		to = append(to, trigram(startGram, key[0], key[1]))
	}
	for i, r := range key {
		to = append(to, ngram(open(r)))
		if c := closedAt(key, i); c != 0 {
			before := rune(startGram)
			if i > 0 {
				before = key[i-1]
			}
			to = append(to, ngram(c), bigram(before, c))
		}
		to = appendInitials(to, key[i:])
		if i+1 == len(key) {
			break
		}
		to = append(to, bigram(r, open(key[i+1])))
		if g, ok := trigramAt(key, i); ok {
			to = append(to, g)
		}
	}
	return to
}

// appendInitials appends the n-grams of the initial consonants of up to three syllables with which key begins.
func appendInitials(to []ngram, key []rune) []ngram {
	var initials [3]rune
	n := 0
	for n < min(len(initials), len(key)) {
		if initials[n] = initialGram(key[n]); initials[n] == 0 {
			break
		}
		n++
	}
	switch n {
	case 3:
		to = append(to, trigram(initials[0], initials[1], initials[2]))
		fallthrough
	case 2:
		to = append(to, bigram(initials[0], initials[1]))
		fallthrough
	case 1:
		to = append(to, ngram(initials[0]))
	}
	return to
}

// symbolNgrams returns n-grams of the texts that contain symbols, and that of the keys that begin with them.
func symbolNgrams(found []rune) (ngrams []ngram, start ngram) {
	all := make([]ngram, len(found))
	for i, r := range found {
		all[i] = ngram(r)
	}
	return spread(all, maxQueryNgrams), bigram(startGram, found[0])
}

// trigramAt returns the trigram at i, and false where trigrams are not indexed.
func trigramAt(text []rune, i int) (ngram, bool) {
	if i+2 >= len(text) || max(text[i], text[i+1], text[i+2]) >= firstWide {
		return 0, false
	}
	return trigram(text[i], text[i+1], text[i+2]), true
}

// maxQueryNgrams limits the n-grams that a search reads, however long its text is.
const maxQueryNgrams = 6

// queryNgrams returns n-grams that every key with one of the spellings of text in it has: the longest indexed ones, and
// of a long text a selection from all parts of it. The first ones overlap the least. start is that of the keys that
// begin with a spelling.
func queryNgrams(text []rune) (ngrams []ngram, start ngram) {
	start = bigram(startGram, typedAt(text, 0))
	if korean.IsInitial(text[0]) {
		start = bigram(startGram, initialGram(text[0]))
	} else if len(text) > 1 && max(text[0], text[1]) < firstWide {
		start = trigram(startGram, text[0], text[1])
	}
	if len(text) == 1 {
		return []ngram{singleAt(text, 0)}, start
	}
	var all []ngram
	var letters, initials int // the characters before them are part of a trigram
	for i := range len(text) - 1 {
		if g, ok := trigramAt(text, i); ok {
			all, letters = append(all, g), i+3
			continue
		}
		covered := letters
		if g, ok := initialsAt(text, i); ok {
			all, initials = append(all, g), i+3
		}
		if korean.IsInitial(text[i]) || korean.IsInitial(text[i+1]) {
			covered = initials
		}
		if i+2 > covered {
			all = append(all, queryBigramAt(text, i)...)
		}
	}
	for i, r := range text { // initials alone would find every text with the same ones
		if !korean.IsInitial(r) && (i > 0 && korean.IsInitial(text[i-1]) || i+1 < len(text) && korean.IsInitial(text[i+1])) {
			all = append(all, singleAt(text, i))
		}
	}
	return spread(all, maxQueryNgrams), start
}

// singleAt returns the n-gram of the character at i of a query.
func singleAt(text []rune, i int) ngram {
	if korean.IsInitial(text[i]) {
		return ngram(initialGram(text[i]))
	}
	return ngram(typedAt(text, i))
}

// initialsAt returns the trigram of initials at i if one of them stands alone.
func initialsAt(text []rune, i int) (ngram, bool) {
	if i+2 >= len(text) || !slices.ContainsFunc(text[i:i+3], korean.IsInitial) {
		return 0, false
	}
	a, b, c := initialGram(text[i]), initialGram(text[i+1]), initialGram(text[i+2])
	return trigram(a, b, c), a != 0 && b != 0 && c != 0
}

// queryBigramAt returns the bigram at i, or two single characters where the texts have none in common.
func queryBigramAt(text []rune, i int) []ngram {
	a, b := text[i], text[i+1]
	if !korean.IsInitial(a) && !korean.IsInitial(b) {
		return []ngram{bigram(a, typedAt(text, i+1))}
	}
	if first, second := initialGram(a), initialGram(b); first != 0 && second != 0 {
		return []ngram{bigram(first, second)}
	}
	return []ngram{singleAt(text, i), singleAt(text, i+1)}
}

// spread returns up to n different elements of all: the first, the last, and others between them.
func spread(all []ngram, n int) []ngram {
	last := len(all) - 1
	picked := make([]ngram, 0, n)
	for step := last; ; step /= 2 {
		for i := 0; i <= last && len(picked) < n; i += max(step, 1) {
			if !slices.Contains(picked, all[i]) {
				picked = append(picked, all[i])
			}
		}
		if step <= 1 || len(picked) == n {
			return picked
		}
	}
}
