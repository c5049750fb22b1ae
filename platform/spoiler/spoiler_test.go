package spoiler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/cinecircle/cinecircle/platform/spoiler"
)

func TestATextShowsNothingUntilItIsRevealed(t *testing.T) {
	t.Parallel()
	text := spoiler.NewText("그가 범인이다")
	check := func(want, wantJSON string) {
		t.Helper()
		encoded, err := json.Marshal(map[string]any{"content": text, "pointer": &text})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf(`{"content":%s,"pointer":%s}`, wantJSON, wantJSON); string(encoded) != got {
			t.Errorf("JSON %s, want %s", encoded, got)
		}
		if text.String() != want || fmt.Sprintf("%v %s", text, text) != want+" "+want {
			t.Errorf("shows %q, and %v in a format; want %q", text.String(), text, want)
		}
	}
	check("", "null")
	if text.Pointer() != nil || !text.Masked() || text.Whole() != "그가 범인이다" {
		t.Errorf("pointer %v, masked %v, whole %q", text.Pointer(), text.Masked(), text.Whole())
	}
	text.Reveal()
	check("그가 범인이다", `"그가 범인이다"`)
	if err := text.Scan([]byte("그가 범인이다")); err != nil {
		t.Fatal(err)
	}
	check("", "null")
	if err := text.Scan(7); err == nil {
		t.Error("a number was accepted as a text")
	}
}

// work is a work of a test.
type work struct {
	source spoiler.Source
	text   spoiler.Text
}

func (w *work) Source() spoiler.Source { return w.source }
func (w *work) Reveal()                { w.text.Reveal() }

const (
	reader  = 1
	author  = 2
	watched = 10
	unseen  = 11
)

func TestWhoGetsToSeeASpoiler(t *testing.T) {
	t.Parallel()
	seen := func(_ context.Context, userID int64, films []int64) (map[int64]bool, error) {
		if userID != reader {
			t.Errorf("asked for the films of %d", userID)
		}
		return map[int64]bool{watched: true}, nil
	}
	none := func(context.Context, int64, []int64) (map[int64]bool, error) {
		t.Error("asked for watched films in vain")
		return nil, nil
	}
	for name, c := range map[string]struct {
		source spoiler.Source
		reader int64
		mode   spoiler.Mode
		ask    spoiler.Watched
		shown  bool
	}{
		"no spoiler":                     {spoiler.Source{AuthorID: author, MovieID: unseen}, 0, spoiler.Hide, none, true},
		"own, hidden":                    {spoiler.Source{AuthorID: reader, MovieID: unseen, Spoiler: true}, reader, spoiler.Hide, none, true},
		"of nobody to nobody":            {spoiler.Source{MovieID: unseen, Spoiler: true}, 0, "", none, false},
		"anonymous":                      {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, 0, spoiler.UnlessWatched, none, false},
		"anonymous, show":                {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, 0, spoiler.Show, none, true},
		"watched":                        {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, reader, spoiler.UnlessWatched, seen, true},
		"watched, without a mode":        {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, reader, "", seen, true},
		"watched, hidden":                {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, reader, spoiler.Hide, none, false},
		"not watched":                    {spoiler.Source{AuthorID: author, MovieID: unseen, Spoiler: true}, reader, spoiler.UnlessWatched, seen, false},
		"not watched, show":              {spoiler.Source{AuthorID: author, MovieID: unseen, Spoiler: true}, reader, spoiler.Show, none, true},
		"watched, where nobody can tell": {spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}, reader, "", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			works := []work{{source: c.source, text: spoiler.NewText("text")}}
			if err := spoiler.Decide(t.Context(), works, c.reader, c.mode, c.ask); err != nil {
				t.Fatal(err)
			}
			if works[0].text.Masked() == c.shown {
				t.Errorf("masked %v, want %v", works[0].text.Masked(), !c.shown)
			}
		})
	}
}

func TestWatchedFilmsAreAskedForOnceAPage(t *testing.T) {
	t.Parallel()
	works := make([]work, 100)
	for i := range works {
		works[i] = work{source: spoiler.Source{AuthorID: author, MovieID: int64(i), Spoiler: i%2 == 0}}
	}
	asked := 0
	err := spoiler.Decide(t.Context(), works, reader, "", func(_ context.Context, _ int64, films []int64) (map[int64]bool, error) {
		asked++
		return map[int64]bool{4: true}, nil
	})
	if err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	for i := range works {
		if want := i%2 == 0 && i != 4; works[i].text.Masked() != want {
			t.Errorf("work %d is masked: %v, want %v", i, works[i].text.Masked(), want)
		}
	}
}

func TestAFailureRevealsNoSpoiler(t *testing.T) {
	t.Parallel()
	works := []work{{source: spoiler.Source{AuthorID: author, MovieID: watched, Spoiler: true}}}
	broken := errors.New("broken")
	err := spoiler.Decide(t.Context(), works, reader, "", func(context.Context, int64, []int64) (map[int64]bool, error) { return nil, broken })
	if !errors.Is(err, broken) || !works[0].text.Masked() {
		t.Errorf("%v, masked %v", err, works[0].text.Masked())
	}
}
