package textindex

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"
)

// announceAll stores words and announces them.
func (x *Index) announceAll(t testing.TB, words []word) (texts []Text) {
	t.Helper()
	x.store(t, words...)
	ids := make([]int64, len(words))
	for i, w := range words {
		ids[i], texts = w.ID, append(texts, w.text())
	}
	x.write(t, func(tx *gorm.DB) error { return x.AnnounceAll(tx, ids) })
	return texts
}

// manyWords returns words across the border of two blocks.
func manyWords(n int) []word {
	words := make([]word, n)
	for i := range words {
		words[i] = word{ID: int64(blockIDs - n/2 + i), Name: fmt.Sprintf("love %d", i%89), Kind: "a"}
	}
	return words
}

func TestPendingRowsAreFoundBeforeAndAfterTheyAreFlushed(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := manyWords(700)
	texts := x.announceAll(t, words)
	found := func(when string) {
		t.Helper()
		if got := len(x.find(t, "love", "a", false, 0)); got != len(words) {
			t.Errorf("%s %d words are found, want %d", when, got, len(words))
		}
	}
	found("before the flush")
	p := x.Pending()
	if err := p.Add(t.Context(), 200, texts...); err != nil {
		t.Fatal(err)
	}
	found("half-way")
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	found("after the flush")
	x.check(t)
	lists, err := x.lists(t.Context())
	if err != nil || len(lists[ngramPending]) != 0 {
		t.Errorf("%d rows are pending (%v)", len(lists[ngramPending]), err)
	}
}

func TestPendingRowsThatOthersChangeAreIndexedAsTheyAre(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := manyWords(300)
	texts := x.announceAll(t, words)
	p := x.Pending()
	if err := p.Add(t.Context(), 1000, texts...); err != nil {
		t.Fatal(err)
	}
	changed, gone, flushed := words[0], words[299], words[1]
	changed.Name, changed.NameKey = "night", "night"
	x.write(t, func(tx *gorm.DB) error {
		if err := tx.Save(&changed).Error; err != nil {
			return err
		}
		if err := x.Change(tx, words[0].text(), changed.text()); err != nil {
			return err
		}
		if err := tx.Delete(&gone).Error; err != nil {
			return err
		}
		if err := x.Remove(tx, gone.text()); err != nil {
			return err
		}
		return x.AddAgain(tx, []int64{flushed.ID})
	})
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.check(t)
	if got := x.find(t, "night", "a", false, 0); len(got) != 1 {
		t.Errorf("the changed word is found %d times", len(got))
	}
}

func TestRowsThatAnInterruptedWriterLeftPendingAreFlushed(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	if err := x.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	words := manyWords(2*buildRows + 2*pendingRows)
	x.announceAll(t, words)
	one := word{ID: 2 * blockIDs, Name: "love", Kind: "a"}
	x.announceAll(t, []word{one})
	if err := New(x.db, x.source, nil).Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.check(t)
	lists, err := x.lists(t.Context())
	if err != nil || len(lists[ngramPending]) > pendingRows {
		t.Errorf("%d rows are pending (%v)", len(lists[ngramPending]), err)
	}
}

func TestANewRowInABlockOfManyPendingOnesFlushesFew(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := make([]word, 3*pendingRows)
	for i := range words {
		words[i] = word{ID: int64(i + 1), Name: "love", Kind: "a"}
	}
	x.announceAll(t, words)
	next := word{ID: 1000, Name: "love", Kind: "a"}
	x.store(t, next)
	x.write(t, func(tx *gorm.DB) error { return x.Announce(tx, next.ID) })
	pending, err := x.pending(x.db.Reader(t.Context()), 0)
	if n := pending.count(); err != nil || n != 2*pendingRows+1 {
		t.Errorf("%d rows are pending, want %d (%v)", n, 2*pendingRows+1, err)
	}
	if got := len(x.find(t, "love", "a", false, 0)); got != len(words)+1 {
		t.Errorf("%d rows are found", got)
	}
}

func TestAPacedFlushLetsOthersWriteBetweenItsLists(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := manyWords(700)
	for i := range words {
		words[i].Name = fmt.Sprintf("%d %d", i*i*i, i) // of many n-grams
	}
	texts := x.announceAll(t, words)
	p := x.Pending()
	written, most := 0, 0
	p.Pace(func(took time.Duration) {
		var lists int
		if err := x.db.Row(t.Context(), "SELECT COUNT(*) FROM "+x.source.Lists).Scan(&lists); err != nil || took <= 0 {
			t.Errorf("after %s: %v", took, err)
		}
		most, written = max(most, lists-written), lists
	})
	if err := errors.Join(p.Add(t.Context(), 1000, texts...), p.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	if most > pacedLists+2 { // and the pending rows of two blocks
		t.Errorf("a transaction wrote %d lists", most)
	}
	if written <= 2*pacedLists {
		t.Errorf("%d lists were written", written)
	}
	x.check(t)
}

func TestAFlushOfABlockKeepsWhatOthersAddToItMeanwhile(t *testing.T) {
	t.Parallel()
	x := newIndex(t)
	words := manyWords(700)
	for i := range words {
		words[i].Name = fmt.Sprintf("%d %d", i*i*i, i) // of many n-grams
	}
	texts := x.announceAll(t, words)
	p := x.Pending()
	others := []word{{ID: 1, Name: words[0].Name, Kind: "a"}, {ID: 2*blockIDs - 1, Name: words[699].Name, Kind: "a"}}
	p.Pace(func(time.Duration) {
		if len(others) == 0 {
			return
		}
		other := others[0]
		others = others[1:]
		x.store(t, other)
		x.write(t, func(tx *gorm.DB) error { return x.Add(tx, other.text()) })
	})
	if err := errors.Join(p.Add(t.Context(), 1000, texts...), p.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	if len(others) > 0 {
		t.Errorf("%d rows were not added", len(others))
	}
	x.check(t)
}
