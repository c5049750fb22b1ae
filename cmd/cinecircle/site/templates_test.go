package site

import (
	"testing"
)

func TestTextIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	if got := shorten(3, "가나다라마"); got != "가나다…" {
		t.Errorf("got %q", got)
	}
	if got := shorten(10, "a\n\nb  c"); got != "a b c" {
		t.Errorf("got %q", got)
	}
	if got := searchText(" \x00e\u0301cole\xff "); got != "école" {
		t.Errorf("got %q", got)
	}
}
