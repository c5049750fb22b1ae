package movie

import (
	"errors"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/tabular"
)

// TestHashesAreThoseThatOlderVersionsHaveStored computes them as those versions did.
func TestHashesAreThoseThatOlderVersionsHaveStored(t *testing.T) {
	t.Parallel()
	m := Movie{Title: "기생충", Plot: "a\nb", CastMembers: "[]", Genre: "Drama", ReleaseDate: "2019", Details: "{}", Playtime: 131}
	h := fnv.New64a()
	for _, part := range []string{m.Title, m.Plot, m.CastMembers, m.Genre, m.ReleaseDate, m.Details, strconv.Itoa(131)} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	if got := m.contentHash(); got != int64(h.Sum64()) {
		t.Errorf("the hash of a row is %x, want %x", uint64(got), h.Sum64())
	}
	h = fnv.New64a()
	_, _ = h.Write([]byte("lanternferry"))
	if got := hashTitle("The Lantern Ferry"); got != int64(h.Sum64()) {
		t.Errorf("the hash of a title is %x, want %x", uint64(got), h.Sum64())
	}
}

func TestMappedFilesMayTellTheGenre(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]Draft{
		"영화명,genre\nFerry,Drama\n":        {Title: "Ferry", Genre: "Drama"},
		"영화명,genre,playtime\nFerry,,90\n": {Title: "Ferry", Playtime: 90},
		"영화명,genres\nFerry,[]\n":          {Title: "Ferry"},
	} {
		rows := tabular.NewTable(strings.NewReader(file), tabular.Dialect{Comma: ','})
		header, err := rows.Next()
		if err != nil {
			t.Fatal(err)
		}
		items, err := NewSheet(rows, slices.Clone(header.Cells), map[string]string{"영화명": "title"})
		if err != nil {
			t.Fatal(err)
		}
		item, err := items.Next()
		if want.Cast = []CastMember{}; err != nil || item.Failed != nil || !cmp.Equal(item.Draft, want) {
			t.Errorf("%q is %+v, %v, %v", file, item.Draft, item.Failed, err)
		}
	}
}

func TestRowsOfEmptyCellsAreNoRows(t *testing.T) {
	t.Parallel()
	items, err := openCSV(strings.NewReader("title,plot,cast,playtime,genre\n,,,,\nFerry,,,90,Drama\n  , ,,,\n,,,90,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if item, err := items.Next(); err != nil || item.Failed != nil || item.Draft.Title != "Ferry" || item.Line != 3 {
		t.Errorf("the first row is %+v, %v", item, err)
	}
	if item, err := items.Next(); err != nil || item.Failed == nil || item.Line != 5 {
		t.Errorf("the second row is %+v, %v", item, err)
	}
	if _, err := items.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last row: %v", err)
	}
}

func TestPlainNamesHaveTheKeyOfAllNames(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("aZ -.가힣앉éÉßİΣ\u0301\u1100\u1161"))
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SliceOfN(letters, 0, 8).Draw(t, "name"))
		if got, want := nameKey(name), norm.NFC.String(cases.Fold().String(norm.NFC.String(name))); got != want {
			t.Errorf("%+q has the key %+q, want %+q", name, got, want)
		}
	})
}
