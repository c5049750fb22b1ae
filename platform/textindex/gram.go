package textindex

import (
	"hash/fnv"
	"slices"
)

// A gram is what an index has a list of rows for: one, two or three neighbouring characters of folded
// texts, a tag, or the rows that are in no other list yet. Characters take 21 bits each, so three of
// them fit, and shorter grams begin with zeroes, which no text contains. Tags are negative.
//
// Two characters of a script with many, such as Hangul, tell texts apart as well as three letters
// do; so three are indexed of alphabets only.
type gram = int64

// gramFresh is the gram of rows that are new: each of them may have any gram.
const gramFresh gram = 0

const (
	runeBits = 21
	// firstWide is where scripts begin of which two characters are enough: Hangul Jamo, and then
	// nearly all of the scripts of East Asia.
	firstWide = 0x1100
)

func gram2(a, b rune) gram    { return gram(a)<<runeBits | gram(b) }
func gram3(a, b, c rune) gram { return gram2(a, b)<<runeBits | gram(c) }

func tagGram(tag string) gram {
	h := fnv.New32a()
	_, _ = h.Write([]byte(tag)) // a hash never fails
	return -1 - gram(h.Sum32()) // should two tags ever be one number, both are still compared with the row
}

// grams returns the grams of a text, in order and each once.
func (t Text) grams() []gram {
	text := []rune(t.Key)
	grams := make([]gram, 0, 3*len(text)+len(t.Tags))
	for _, tag := range t.Tags {
		grams = append(grams, tagGram(tag))
	}
	for i, r := range text {
		grams = append(grams, gram(r))
		if i+1 < len(text) {
			grams = append(grams, gram2(r, text[i+1]))
		}
		if g, ok := tripleAt(text, i); ok {
			grams = append(grams, g)
		}
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// tripleAt returns the gram of the three characters from i, false where three are not indexed.
func tripleAt(text []rune, i int) (gram, bool) {
	if i+2 >= len(text) || max(text[i], text[i+1], text[i+2]) >= firstWide {
		return 0, false
	}
	return gram3(text[i], text[i+1], text[i+2]), true
}

// maxQueryGrams bounds what a search begins with, however long its text is.
const maxQueryGrams = 6

// queryGrams returns grams that every folded text has which contains key: the longest that are
// indexed, and of a long text some from all over it. The first ones have the least in common.
func queryGrams(key string) []gram {
	text := []rune(key)
	if len(text) == 1 {
		return []gram{gram(text[0])}
	}
	var all []gram
	covered := 0 // up to where characters are part of a triple
	for i := range len(text) - 1 {
		if g, ok := tripleAt(text, i); ok {
			all, covered = append(all, g), i+3
		} else if i+2 > covered {
			all = append(all, gram2(text[i], text[i+1]))
		}
	}
	return spread(all, maxQueryGrams)
}

// spread returns up to n of all, each once: the first, the last, and others from between them.
func spread(all []gram, n int) []gram {
	last := len(all) - 1
	picked := make([]gram, 0, n)
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
