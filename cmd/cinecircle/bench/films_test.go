package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestFilmsAreTheSameForTheSameSeed(t *testing.T) {
	one, again, other := filmsOf(t, 7), filmsOf(t, 7), filmsOf(t, 8)
	if one != again {
		t.Error("the same seed gave other films")
	}
	if one == other {
		t.Error("another seed gave the same films")
	}
}

func TestSearchesFindWhatTheirNamesSay(t *testing.T) {
	const n = 10_000
	found := map[string]int{}
	for line := range strings.Lines(filmsOf(t, 1)) {
		var f film
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{commonWord, rareWord, koreanWord, unknownWord} {
			if strings.Contains(strings.ToLower(f.Title), word) {
				found[word]++
			}
		}
	}
	if found[commonWord] < n/50 || found[koreanWord] < n/50 {
		t.Errorf("common words are in %v of %d titles, want one in fifty or more", found, n)
	}
	if found[rareWord] != n/rareEvery || found[unknownWord] != 0 {
		t.Errorf("the rare word is in %d titles and the unknown one in %d, want %d and 0", found[rareWord], found[unknownWord], n/rareEvery)
	}
}

func filmsOf(t *testing.T, seed uint64) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeFilms(&b, 10_000, seed); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
