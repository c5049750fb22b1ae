package textindex

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// word is a row of the tests: its name is the text and its kind the tag.
type word struct {
	ID         int64 `gorm:"primaryKey"`
	Name, Kind string
}

func (w word) text() Text { return Text{ID: w.ID, Key: w.Name, Tags: []string{w.Kind}} }

// newIndex returns the index of an empty table of words.
func newIndex(t testing.TB) *Index {
	t.Helper()
	db := testkit.EmptyDB(t)
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, name varchar(100) NOT NULL, kind varchar(10) NOT NULL)",
			"CREATE TABLE word_grams (gram bigint NOT NULL, block bigint NOT NULL, words varbinary(2048) NOT NULL, PRIMARY KEY (gram, block))" +
				map[string]string{database.SQLite: " WITHOUT ROWID"}[db.Driver()],
			"CREATE TABLE word_gram_builds (id bigint NOT NULL PRIMARY KEY, next_id bigint NOT NULL)",
			"INSERT INTO word_gram_builds VALUES (1, 1)",
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	load := func(tx *gorm.DB, ids []int64) ([]Text, error) {
		var words []word
		err := tx.Where("id IN ?", ids).Find(&words).Error
		texts := make([]Text, len(words))
		for i, w := range words {
			texts[i] = w.text()
		}
		return texts, err
	}
	return New(db, Source{Rows: "words", Lists: "word_grams", IDs: "words", Builds: "word_gram_builds", Load: load}, nil)
}

func (x *Index) write(t testing.TB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := x.db.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// store adds words that the index does not know of.
func (x *Index) store(t testing.TB, words ...word) {
	t.Helper()
	x.write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(words, 500).Error })
}

// find returns the ids of all words that contain a text and have a kind.
func (x *Index) find(t testing.TB, text, kind string, desc bool, start int64) []int64 {
	t.Helper()
	w := x.Walk(x.db.Reader(t.Context()), text, []string{kind}, desc, start)
	ids, err := Find(w, 1<<20, func(ids []int64) (hits []int64, err error) {
		err = x.db.Reader(t.Context()).Model(&word{}).Where("id IN ? AND instr(name, ?) > 0 AND kind = ?", ids, text, kind).Pluck("id", &hits).Error
		slices.Sort(hits)
		if desc {
			slices.Reverse(hits)
		}
		return hits, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (x *Index) check(t testing.TB) {
	t.Helper()
	if err := x.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestRowsAreFreshUntilThereAreMany(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	for i := range int64(freshRows + 1) {
		id := i + 1
		w := word{ID: id, Name: fmt.Sprintf("love %d", id%7), Kind: "a"}
		x.store(t, w)
		x.write(t, func(tx *gorm.DB) error { return x.Announce(tx, id) })
		lists, err := x.lists(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		settled := id >= freshRows
		if got := len(lists[gram3('l', 'o', 'v')]); settled != (got == freshRows) || !settled && got != 0 {
			t.Fatalf("%d of %d rows are in a list", got, id)
		}
		if got, want := len(lists[gramFresh]), int(id)%freshRows; got != want {
			t.Fatalf("%d rows are fresh, want %d", got, want)
		}
	}
	x.check(t)
	if got := x.find(t, "love 5", "a", false, 0); len(got) != 18 {
		t.Errorf("%d rows are found, want 18", len(got))
	}
}

func TestWhatChangesIsFoundByWhatItIsNow(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	one, two := word{ID: blockIDs - 1, Name: "night", Kind: "a"}, word{ID: blockIDs, Name: "nights", Kind: "a"}
	x.store(t, one, two)
	x.write(t, func(tx *gorm.DB) error { return x.Add(tx, one.text(), two.text()) })
	x.check(t)
	day := word{ID: one.ID, Name: "day", Kind: "b"}
	x.write(t, func(tx *gorm.DB) error {
		if err := tx.Save(&day).Error; err != nil {
			return err
		}
		if err := x.Change(tx, one.text(), day.text()); err != nil {
			return err
		}
		if err := tx.Delete(&two).Error; err != nil {
			return err
		}
		return x.Remove(tx, two.text())
	})
	x.check(t)
	for text, want := range map[string][]int64{"night": nil, "day": {day.ID}} {
		if got := x.find(t, text, "b", true, 1<<40); !slices.Equal(got, want) {
			t.Errorf("%s is found in %v, want %v", text, got, want)
		}
	}
}

// TestTheCheckFindsWhatIsMissingAndWhatIsTooMuch or nothing that relies on it means anything.
func TestTheCheckFindsWhatIsMissingAndWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	w := word{ID: 7, Name: "night", Kind: "a"}
	x.store(t, w)
	if err := x.Check(t.Context()); err == nil {
		t.Error("a row is not in the index, which is found to be good")
	}
	x.write(t, func(tx *gorm.DB) error { return x.Add(tx, w.text(), Text{ID: 8, Key: "gone"}) })
	if err := x.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "8], want") {
		t.Errorf("a row is in the index that is not there: %v", err)
	}
}

func TestRowsThatAreOlderThanTheIndexAreIndexedStepByStep(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, 2*buildRows+5)
	for i := range words {
		words[i] = word{ID: int64(3 + 20*i), Name: fmt.Sprintf("word %d", i), Kind: string(rune('a' + i%2))}
	}
	x.store(t, words...)
	for step := range 3 {
		if complete, err := x.Complete(t.Context()); err != nil || complete {
			t.Fatalf("complete after %d steps: %t (%v)", step, complete, err)
		}
		again := New(x.db, x.source, nil) // as after a restart
		if done, err := again.Step(t.Context()); err != nil || done {
			t.Fatalf("step %d: %t, %v", step, done, err)
		}
		if step == 0 {
			x.write(t, func(tx *gorm.DB) error { // one before the next step, and one behind it
				for _, w := range []word{words[1], words[buildRows+1]} {
					if err := tx.Delete(&w).Error; err != nil {
						return err
					}
					if err := x.Remove(tx, w.text()); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	calls := 0
	err := x.Run(t.Context(), func(context.Context) error { calls++; return nil })
	if complete, asked := x.Complete(t.Context()); err != nil || asked != nil || !complete || calls != 1 {
		t.Errorf("after the run: complete %t, %d calls (%v, %v)", complete, calls, err, asked)
	}
	x.check(t)
	if got := x.find(t, "word", "a", false, 0); len(got) != len(words)/2+1 {
		t.Errorf("%d words are found", len(got))
	}
	if err := x.BuildAnew(t.Context()); err != nil {
		t.Error(err)
	}
	x.check(t)
}

// TestAWalkReadsOnlyTheListsThatItNames fails when it reads the index whole, or sorts.
func TestAWalkReadsOnlyTheListsThatItNames(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, 4000)
	for i := range words {
		words[i] = word{ID: int64(1 + 40*i), Name: fmt.Sprintf("a word %d", i%97), Kind: string(rune('a' + i%7))}
	}
	x.store(t, words...)
	if err := x.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	testkit.Analyze(t, x.db, "words", "word_grams")
	for _, text := range []string{"a", "word", "a word 9"} {
		for _, desc := range []bool{false, true} {
			testkit.WantIndexed(t, x.db, testkit.PrimaryKey, func() {
				w := x.Walk(x.db.Reader(t.Context()), text, []string{"b"}, desc, map[bool]int64{true: 1 << 40}[desc])
				if _, err := Find(w, 1000, func([]int64) ([]int64, error) { return nil, nil }); err != nil {
					t.Error(err)
				}
			})
		}
	}
	up := x.find(t, "word 3", "b", false, 0)
	down := x.find(t, "word 3", "b", true, 1<<40)
	if slices.Reverse(down); len(up) == 0 || !slices.Equal(up, down) {
		t.Errorf("upwards %v, backwards %v", up, down)
	}
	if diff := cmp.Diff(up[2:], x.find(t, "word 3", "b", false, up[1])); diff != "" {
		t.Errorf("after %d (-want +got):\n%s", up[1], diff)
	}
}

// TestARowThatWentWithoutTheIndexIsFreshNoLonger announces rows of which one is removed behind the index, as by an
// instance that knows none: the last fresh one clears it away with the others.
func TestARowThatWentWithoutTheIndexIsFreshNoLonger(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, freshRows)
	for i := range words {
		words[i] = word{ID: int64(i + 1), Name: "night", Kind: "noun"}
	}
	x.store(t, words...)
	x.write(t, func(tx *gorm.DB) error { return tx.Delete(&word{ID: 7}).Error })
	for _, w := range words {
		x.write(t, func(tx *gorm.DB) error { return x.Announce(tx, w.ID) })
	}
	fresh := map[gram]*block{gramFresh: {}}
	if err := x.readBlocks(x.db.Reader(t.Context()), 0, []gram{gramFresh}, fresh); err != nil {
		t.Fatal(err)
	}
	if n := fresh[gramFresh].count(); n != 0 {
		t.Errorf("%d rows are fresh", n)
	}
	if n := len(x.find(t, "night", "noun", false, 0)); n != freshRows-1 {
		t.Errorf("%d are found", n)
	}
}
