package textindex

import (
	"context"
	"fmt"
	"slices"
)

// Check compares the whole index with what the rows say that it should be: no row more in a list, none
// less. Rows that are fresh may be in lists of theirs or not. It is for tests, and while nobody writes.
func (x *Index) Check(ctx context.Context) error {
	got, err := x.lists(ctx)
	if err != nil {
		return err
	}
	want, err := x.listsOfRows(ctx)
	if err != nil {
		return err
	}
	fresh := got[gramFresh]
	delete(got, gramFresh)
	for g, ids := range want {
		if err := differ(g, ids, got[g], fresh); err != nil {
			return fmt.Errorf("%s: %w", x.source.Lists, err)
		}
		delete(got, g)
	}
	for g, ids := range got {
		if err := differ(g, nil, ids, fresh); err != nil {
			return fmt.Errorf("%s: %w", x.source.Lists, err)
		}
	}
	return nil
}

// lists returns every list as it is stored.
func (x *Index) lists(ctx context.Context) (map[gram][]int64, error) {
	all := map[gram][]int64{}
	query := "SELECT gram, block, " + x.source.IDs + " FROM " + x.source.Lists + " ORDER BY gram, block"
	err := eachList(x.db.Reader(ctx), query, nil, func(g gram, number int64, stored []byte) error {
		var b block
		if err := b.decode(stored); err != nil {
			return err
		}
		if n := b.count(); g == gramFresh && n >= freshRows || g != gramFresh && n == 0 {
			return fmt.Errorf("%d rows are in the list of the gram %x in block %d", n, g, number)
		}
		all[g] = b.takeFirst(all[g], number, blockIDs)
		return nil
	})
	return all, err
}

// listsOfRows returns every list as it should be.
func (x *Index) listsOfRows(ctx context.Context) (map[gram][]int64, error) {
	var ids []int64
	all, db := map[gram][]int64{}, x.db.Reader(ctx)
	if err := db.Table(x.source.Rows).Order("id").Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	for some := range slices.Chunk(ids, buildRows) {
		texts, err := x.source.Load(db, some)
		if err != nil {
			return nil, err
		}
		for _, t := range texts {
			for _, g := range t.grams() {
				all[g] = append(all[g], t.ID)
			}
		}
	}
	return all, nil
}

// differ returns how a list is not what it should be, fresh rows aside.
func differ(g gram, want, got, fresh []int64) error {
	settled := func(ids []int64) []int64 {
		left := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(fresh, id) })
		slices.Sort(left)
		return left
	}
	if want, got := settled(want), settled(got); !slices.Equal(want, got) {
		return fmt.Errorf("the gram %x has the rows %v, want %v", g, got, want)
	}
	return nil
}
