package textindex

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestATextHasTheGramsOfEveryPartOfIt(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("abc가나🎬é ế"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(letters, 1, 20).Draw(t, "text")
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		part := text[from:rapid.IntRange(from+1, len(text)).Draw(t, "to")]
		has, wanted := Text{Key: string(text), Tags: []string{"Drama"}}.grams(), queryGrams(string(part))
		if len(wanted) == 0 || len(wanted) > maxQueryGrams || !slices.IsSorted(has) {
			t.Fatalf("grams of %q: %x, of %q: %x", string(text), has, string(part), wanted)
		}
		for _, g := range wanted {
			if _, found := slices.BinarySearch(has, g); !found {
				t.Fatalf("%q lacks the gram %x of %q", string(text), g, string(part))
			}
		}
	})
}

func TestAlphabetsAreSearchedByThreeLettersAndHangulByTwoSyllables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]gram{
		"a":     {'a'},
		"가":     {'가'},
		"ab":    {gram2('a', 'b')},
		"abc":   {gram3('a', 'b', 'c')},
		"가나다":   {gram2('가', '나'), gram2('나', '다')},
		"abc 가": {gram3('a', 'b', 'c'), gram2(' ', '가'), gram3('b', 'c', ' ')},
		"aaaaa": {gram3('a', 'a', 'a')},
	} {
		if diff := cmp.Diff(want, queryGrams(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if n := len(queryGrams(strings.Repeat("abcdefghij", 25))); n != maxQueryGrams {
		t.Errorf("a long text is searched by %d grams", n)
	}
}

func TestABlockIsStoredOneWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b, back block
		for range rapid.SampledFrom([]int{0, 1, 100, 1500, 3000}).Draw(t, "ids") {
			b.add(rapid.IntRange(0, blockIDs-1).Draw(t, "place"))
		}
		stored := b.encode()
		if err := back.decode(stored); err != nil || back != b || len(stored) > blockBytes {
			t.Fatalf("%d ids in %d bytes came back as %d (%v)", b.count(), len(stored), back.count(), err)
		}
		first, last := b, b
		ids, backwards := first.takeFirst(nil, 7, 5), last.takeLast(nil, 7, 5)
		ids, backwards = first.takeFirst(ids, 7, blockIDs), last.takeLast(backwards, 7, blockIDs)
		if slices.Reverse(backwards); !slices.Equal(ids, backwards) || first.count()+last.count() != 0 {
			t.Fatalf("forwards %v, backwards %v", ids, backwards)
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

func TestABrokenBlockIsAnError(t *testing.T) {
	t.Parallel()
	for _, stored := range [][]byte{{0}, {1, 0}, {0x80}, {0xff, 0xff, 0xff}, make([]byte, blockBytes+2)} {
		if err := new(block).decode(stored); err == nil {
			t.Errorf("%d bytes: no error", len(stored))
		}
	}
}

func TestTagsHaveGramsOfTheirOwn(t *testing.T) {
	t.Parallel()
	tags := strings.Fields("SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western female male")
	for age := range 150 {
		tags = append(tags, strconv.Itoa(age+1))
	}
	seen := map[gram]string{}
	for _, tag := range tags {
		g := tagGram(tag)
		if other := seen[g]; other != "" || g >= 0 {
			t.Errorf("%s has the gram %d, as %q", tag, g, other)
		}
		seen[g] = tag
	}
}
