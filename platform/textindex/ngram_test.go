package textindex

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/korean"
)

// TestTextHasTheNgramsOfEveryQueryThatItMatches compares n-grams with the spellings of the query: a text that they match
// must have all n-grams of the query.
func TestTextHasTheNgramsOfEveryQueryThatItMatches(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("abc가과각갂낙닭ㄱㄲㄳㅏ한글1é ế-🎬ガ가"))
	matches := 0
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(letters, 1, 12).Draw(t, "text"))
		part := []rune(Key(text))
		if rapid.Bool().Draw(t, "unrelated") || len(part) == 0 { // nothing is left of spaces
			part = rapid.SliceOfN(letters, 1, 3).Draw(t, "part")
		} else {
			from := rapid.IntRange(0, len(part)-1).Draw(t, "from")
			part = part[from:rapid.IntRange(from+1, len(part)).Draw(t, "to")]
			for i, r := range part {
				if initial := korean.Initial(r); initial != 0 && rapid.Bool().Draw(t, "initial") {
					part[i] = initial
				}
			}
		}
		q := Parse(string(part), "text")
		if q.Empty() {
			return
		}
		has := Text{Texts: []string{text}, Tags: []string{"Drama"}}.ngrams()
		if len(q.ngrams) == 0 || len(q.ngrams) > maxQueryNgrams || !slices.IsSorted(has) {
			t.Fatalf("n-grams of %q: %x, of %q: %x", text, has, string(part), q.ngrams)
		}
		contains, begins := q.found(Key(text))
		if !contains {
			return
		}
		matches++
		wanted := q.ngrams
		if begins {
			wanted = append(slices.Clone(wanted), q.start)
		}
		for _, g := range wanted {
			if _, found := slices.BinarySearch(has, g); !found {
				t.Fatalf("%q lacks the n-gram %x of %q", text, g, string(part))
			}
		}
	})
	if matches == 0 {
		t.Error("no text matches")
	}
}

// found reports whether a key contains a spelling of the query, and whether it begins with one.
func (q Query) found(key string) (contains, begins bool) {
	for _, s := range q.spelling {
		for i := range key {
			if s.begins(key[i:]) {
				contains, begins = true, begins || i == 0
			}
		}
	}
	return contains, begins
}

func TestAlphabetsAreSearchedByThreeLettersAndHangulByTwoSyllables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]ngram{
		"a":    {'a'},
		"한":    {'한'},
		"갉":    {'갈'},
		"ㅎ":    {ngram(initialGram('ㅎ'))},
		"ab":   {bigram('a', 'b')},
		"abc":  {trigram('a', 'b', 'c')},
		"가나단":  {bigram('가', '나'), bigram('나', '단')},
		"각과":   {bigram('각', '고')},
		"ㄱㄲㄴ":  {trigram(initialGram('ㄱ'), initialGram('ㄱ'), initialGram('ㄴ'))},
		"가ㄴ":   {bigram(initialGram('가'), initialGram('나')), '가'},
		"abc가": {trigram('a', 'b', 'c'), bigram('c', '가')},
		"aㄱ":   {'a', ngram(initialGram('ㄱ'))},
		"千と千":  {bigram('千', 'と'), bigram('と', '千')},
		"aaaaa": {
			trigram('a', 'a', 'a'),
		},
	} {
		got, _ := queryNgrams([]rune(text))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if got, _ := queryNgrams([]rune(strings.Repeat("abcdefghij", 25))); len(got) != maxQueryNgrams {
		t.Errorf("a long text is searched by %d n-grams", len(got))
	}
}

func TestBlockIsReadAsStored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b, back block
		for range rapid.SampledFrom([]int{0, 1, 100, 1500, 3000}).Draw(t, "ids") {
			b.add(rapid.IntRange(0, blockIDs-1).Draw(t, "place"))
		}
		stored := b.encode()
		if err := back.decode(stored); err != nil || back != b || len(stored) > blockBytes {
			t.Fatalf("%d ids in %d bytes are read as %d (%v)", b.count(), len(stored), back.count(), err)
		}
		first, last := b, b
		ids, backwards := first.takeFirst(nil, 7, 5), last.takeLast(nil, 7, 5)
		ids, backwards = first.takeFirst(ids, 7, blockIDs), last.takeLast(backwards, 7, blockIDs)
		if slices.Reverse(backwards); !slices.Equal(ids, backwards) || first.count()+last.count() != 0 {
			t.Fatalf("ascending %v, descending %v", ids, backwards)
		}
		for _, id := range ids {
			number, place := blockOf(id)
			if number != 7 || !b.has(place) {
				t.Fatalf("%d is not in the block", id)
			}
			b.remove(place)
		}
		if b.count() != 0 || len(b.encode()) != 0 || !slices.IsSorted(ids) {
			t.Fatalf("%d ids are left", b.count())
		}
	})
}

func TestMalformedBlockIsAnError(t *testing.T) {
	t.Parallel()
	for _, stored := range [][]byte{{0}, {1, 0}, {0x80}, {0xff, 0xff, 0xff}, make([]byte, blockBytes+2)} {
		if err := new(block).decode(stored); err == nil {
			t.Errorf("%d bytes: no error", len(stored))
		}
	}
}

func TestTagsDoNotCollideWithNgrams(t *testing.T) {
	t.Parallel()
	tags := strings.Fields("SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western female male")
	for age := range 150 {
		tags = append(tags, strconv.Itoa(age+1))
	}
	seen := map[ngram]string{}
	for _, tag := range tags {
		g := tagNgram(tag)
		if other := seen[g]; other != "" || g >= 0 {
			t.Errorf("%s has the n-gram %d of %q", tag, g, other)
		}
		seen[g] = tag
	}
}
