package textindex

import (
	"context"
	"fmt"
	"slices"
)

// Check compares the whole index with the rows, and returns an error when a list has a row too many or too few. The
// lists may or may not contain pending rows. It is for tests, and nothing may write meanwhile.
func (x *Index) Check(ctx context.Context) error {
	got, err := x.lists(ctx)
	if err != nil {
		return err
	}
	want, err := x.listsOfRows(ctx)
	if err != nil {
		return err
	}
	pending := got[ngramPending]
	delete(got, ngramPending)
	for g, ids := range want {
		if err := differ(g, ids, got[g], pending); err != nil {
			return fmt.Errorf("%s: %w", x.source.Lists, err)
		}
		delete(got, g)
	}
	for g, ids := range got {
		if err := differ(g, nil, ids, pending); err != nil {
			return fmt.Errorf("%s: %w", x.source.Lists, err)
		}
	}
	return nil
}

// lists returns the stored lists.
func (x *Index) lists(ctx context.Context) (map[ngram][]int64, error) {
	all := map[ngram][]int64{}
	query := "SELECT gram, block, " + x.source.IDs + " FROM " + x.source.Lists + " ORDER BY gram, block"
	err := eachList(x.db.Reader(ctx), query, nil, func(g ngram, number int64, stored []byte) error {
		var b block
		if err := b.decode(stored); err != nil {
			return err
		}
		if n := b.count(); g == ngramPending && n >= pendingRows || g != ngramPending && n == 0 {
			return fmt.Errorf("the list of n-gram %x has %d rows in block %d", g, n, number)
		}
		all[g] = b.takeFirst(all[g], number, blockIDs)
		return nil
	})
	return all, err
}

// listsOfRows returns the lists that the rows require.
func (x *Index) listsOfRows(ctx context.Context) (map[ngram][]int64, error) {
	var ids []int64
	all, db := map[ngram][]int64{}, x.db.Reader(ctx)
	if err := db.Table(x.source.Rows).Order("id").Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	for some := range slices.Chunk(ids, buildRows) {
		texts, err := x.source.Load(db, some)
		if err != nil {
			return nil, err
		}
		for _, t := range texts {
			for _, g := range t.ngrams() {
				all[g] = append(all[g], t.ID)
			}
		}
	}
	return all, nil
}

// differ returns an error when two lists differ in other rows than the pending ones.
func differ(g ngram, want, got, pending []int64) error {
	flushed := func(ids []int64) []int64 {
		left := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(pending, id) })
		slices.Sort(left)
		return left
	}
	if want, got := flushed(want), flushed(got); !slices.Equal(want, got) {
		return fmt.Errorf("the n-gram %x has the rows %v, want %v", g, got, want)
	}
	return nil
}
