package dataset

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestTheSeedDeterminesTheFilms(t *testing.T) {
	t.Parallel()
	one, again, other := filmsOf(t, 1000, 7), filmsOf(t, 1000, 7), filmsOf(t, 1000, 8)
	if one != again {
		t.Error("the same seed gave other films")
	}
	if one == other {
		t.Error("another seed gave the same films")
	}
}

func TestTitlesHaveTheSearchWordsAsOftenAsDocumented(t *testing.T) {
	t.Parallel()
	for _, n := range []int{500, 10_000, 20_001} {
		found := map[string]int{}
		for line := range strings.Lines(filmsOf(t, n, 1)) {
			var f film
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{CommonWord, RareWord, KoreanWord, UnknownWord} {
				if strings.Contains(strings.ToLower(f.Title), word) {
					found[word]++
				}
			}
		}
		if found[CommonWord] < n/80 || found[KoreanWord] < n/80 {
			t.Errorf("%v of %d titles have the common words, want at least one in eighty", found, n)
		}
		if found[RareWord] != rareFilms || found[UnknownWord] != 0 {
			t.Errorf("of %d titles %d have the rare word and %d the unknown one, want %d and 0", n, found[RareWord], found[UnknownWord], rareFilms)
		}
	}
}

func filmsOf(t *testing.T, n int, seed uint64) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFilms(&b, n, seed); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
