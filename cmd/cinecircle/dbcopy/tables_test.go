package dbcopy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

// derived are the tables that movie.IndexAll fills from the films.
var derived = []string{"movie_genres", "movie_titles", "movie_people", "movie_external_ids", "movie_title_hashes"}

func TestCopyCoversEveryTableAndColumnInTheOrderOfForeignKeys(t *testing.T) {
	t.Parallel()
	tables, err := copiedTables()
	if err != nil {
		t.Fatal(err)
	}
	db := testkit.DB(t)
	got, want := map[string]int{}, map[string]int{}
	place := map[string]int{}
	for i, table := range tables {
		got[table.name], place[table.name] = len(table.columns), i
	}
	for name, lines := range shapeOf(t, db) {
		if strings.Contains(name, "_gram") || name == "commit_markers" || slices.Contains(derived, name) { // rebuilt by a copy, or of running transactions
			continue
		}
		want[name] = len(slices.DeleteFunc(lines, func(s string) bool { return strings.Contains(s, "index ") }))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns of the schema (-) and of copy (+):\n%s", diff)
	}
	for _, key := range foreignKeys(t, db) {
		child, _, _ := strings.Cut(key, ".")
		if slices.Contains(derived, child) {
			continue
		}
		parent := strings.Fields(key)[2]
		if place[parent] >= place[child] {
			t.Errorf("%s is copied before %s", child, parent)
		}
	}
}

func TestDifferentRowsHaveDifferentTexts(t *testing.T) {
	t.Parallel()
	seen := map[string]row{}
	for _, r := range []row{
		{nil}, {""}, {"n"}, {int64(0)}, {"0"}, {false}, {true}, {int64(1)}, {"a", "b"}, {"ab", ""}, {"a;s1:b"}, {nil, nil}, {" "},
	} {
		text := string(r.append(nil))
		if other, ok := seen[text]; ok {
			t.Errorf("%v and %v are both %q", r, other, text)
		}
		seen[text] = r
	}
}

func TestLongRowsAreWrittenInSeveralStatements(t *testing.T) {
	t.Parallel()
	long := row{int64(1), strings.Repeat("a", statementBytes/2+1)}
	for _, c := range []struct {
		rows []row
		want int
	}{
		{[]row{{int64(1), "a"}, {int64(2), nil}}, 2},
		{[]row{long, long, long}, 1},
		{[]row{{int64(1), strings.Repeat("a", 2*statementBytes)}}, 1},
	} {
		if got := fit(c.rows); got != c.want {
			t.Errorf("%d of %d rows fit, want %d", got, len(c.rows), c.want)
		}
	}
}
