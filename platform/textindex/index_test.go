package textindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// word is the model of the tests. Its name is the text and its kind is the tag.
type word struct {
	ID         int64 `gorm:"primaryKey"`
	Name, Kind string
	NameKey    string
}

func (w word) text() Text { return Text{ID: w.ID, Texts: []string{w.Name}, Tags: []string{w.Kind}} }

// newIndex returns the index of an empty table of words.
func newIndex(t testing.TB) *Index {
	t.Helper()
	db := testkit.EmptyDB(t)
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, name varchar(100) NOT NULL, kind varchar(10) NOT NULL, name_key varchar(745) NOT NULL)",
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
	rekey := func(tx *gorm.DB, ids []int64) error {
		var words []word
		err := tx.Where("id IN ?", ids).Find(&words).Error
		for _, w := range words {
			err = errors.Join(err, tx.Model(&w).UpdateColumn("name_key", Key(w.Name)).Error)
		}
		return err
	}
	return New(db, Source{Rows: "words", Lists: "word_grams", IDs: "words", Builds: "word_gram_builds", Load: load, Rekey: rekey}, nil)
}

func (x *Index) write(t testing.TB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := x.db.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// store adds words without indexing them.
func (x *Index) store(t testing.TB, words ...word) {
	t.Helper()
	for i := range words {
		words[i].NameKey = Key(words[i].Name)
	}
	x.write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(words, 500).Error })
}

// find returns the ids of all words that contain text and have this kind.
func (x *Index) find(t testing.TB, text, kind string, desc bool, start int64) []int64 {
	t.Helper()
	q := Parse(text, "name")
	matches, args := q.Matches(x.db.Driver(), "name_key")
	w := x.Walk(x.db.Reader(t.Context()), q, []string{kind}, desc, start)
	ids, err := Find(w, 1<<20, func(ids []int64) (hits []int64, err error) {
		err = x.db.Reader(t.Context()).Model(&word{}).Where("id IN ? AND kind = ?", ids, kind).Where(matches, args...).Pluck("id", &hits).Error
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

func TestRowsArePendingUntilTheBlockIsFlushed(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	for i := range int64(pendingRows + 1) {
		id := i + 1
		w := word{ID: id, Name: fmt.Sprintf("love %d", id%7), Kind: "a"}
		x.store(t, w)
		x.write(t, func(tx *gorm.DB) error { return x.Announce(tx, id) })
		lists, err := x.lists(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		flushed := id >= pendingRows
		if got := len(lists[trigram('l', 'o', 'v')]); flushed != (got == pendingRows) || !flushed && got != 0 {
			t.Fatalf("%d of %d rows are in a list", got, id)
		}
		if got, want := len(lists[ngramPending]), int(id)%pendingRows; got != want {
			t.Fatalf("%d rows are pending, want %d", got, want)
		}
	}
	x.check(t)
	if got := x.find(t, "love 5", "a", false, 0); len(got) != 18 {
		t.Errorf("%d rows are found, want 18", len(got))
	}
}

func TestChangedRowIsFoundByItsNewText(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	one, two := word{ID: blockIDs - 1, Name: "night", Kind: "a"}, word{ID: blockIDs, Name: "nights", Kind: "a"}
	x.store(t, one, two)
	x.write(t, func(tx *gorm.DB) error { return x.Add(tx, one.text(), two.text()) })
	x.check(t)
	day := word{ID: one.ID, Name: "day", Kind: "b", NameKey: "day"}
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

func TestCheckFindsMissingAndExcessEntries(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	w := word{ID: 7, Name: "night", Kind: "a"}
	x.store(t, w)
	if err := x.Check(t.Context()); err == nil {
		t.Error("Check misses that a row is not in the index")
	}
	x.write(t, func(tx *gorm.DB) error { return x.Add(tx, w.text(), Text{ID: 8, Texts: []string{"gone"}}) })
	if err := x.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "8], want") {
		t.Errorf("Check misses an index entry without a row: %v", err)
	}
}

func TestOlderRowsAreIndexedStepByStep(t *testing.T) {
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
			x.write(t, func(tx *gorm.DB) error { // one that the next step reads, and one that is indexed
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

// TestBuildLogsItsProgress expects a record after the first step and one at the end.
func TestBuildLogsItsProgress(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, buildRows+5)
	for i := range words {
		words[i] = word{ID: int64(i + 1), Name: "word", Kind: "a"}
	}
	x.store(t, words...)
	var log bytes.Buffer
	if err := New(x.db, x.source, slog.New(slog.NewTextHandler(&log, nil))).Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf(`msg="text index is being built" table=word_grams rows_up_to_id=%d last_id=%d`, buildRows, buildRows+5),
		`msg="text index is complete" table=word_grams`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}

func TestWalkReadsOnlyTheListsOfItsNgrams(t *testing.T) {
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
				w := x.Walk(x.db.Reader(t.Context()), Parse(text, "name"), []string{"b"}, desc, map[bool]int64{true: 1 << 40}[desc])
				if _, err := Find(w, 1000, func([]int64) ([]int64, error) { return nil, nil }); err != nil {
					t.Error(err)
				}
			})
		}
	}
	up := x.find(t, "word 3", "b", false, 0)
	down := x.find(t, "word 3", "b", true, 1<<40)
	if slices.Reverse(down); len(up) == 0 || !slices.Equal(up, down) {
		t.Errorf("ascending %v, descending %v", up, down)
	}
	if diff := cmp.Diff(up[2:], x.find(t, "word 3", "b", false, up[1])); diff != "" {
		t.Errorf("after %d (-want +got):\n%s", up[1], diff)
	}
}

// An instance of a version without the index deletes one of the announced rows.
func TestFlushRemovesDeletedRowsFromThePendingList(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, pendingRows)
	for i := range words {
		words[i] = word{ID: int64(i + 1), Name: "night", Kind: "noun"}
	}
	x.store(t, words...)
	x.write(t, func(tx *gorm.DB) error { return tx.Delete(&word{ID: 7}).Error })
	for _, w := range words {
		x.write(t, func(tx *gorm.DB) error { return x.Announce(tx, w.ID) })
	}
	pending := map[ngram]*block{ngramPending: {}}
	if err := x.readBlocks(x.db.Reader(t.Context()), 0, []ngram{ngramPending}, pending); err != nil {
		t.Fatal(err)
	}
	if n := pending[ngramPending].count(); n != 0 {
		t.Errorf("%d rows are pending", n)
	}
	if n := len(x.find(t, "night", "noun", false, 0)); n != pendingRows-1 {
		t.Errorf("%d are found", n)
	}
}
