package feed_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// publish stores public lists with activities of these ids, which have the ids of the activities.
func (s *stage) publish(t *testing.T, author int64, ids ...int64) {
	t.Helper()
	at := database.Time(s.Clock.Now())
	lists, rows := make([]list.List, len(ids)), make([]activity.Activity, len(ids))
	for i, id := range ids {
		lists[i] = list.List{ID: id, UserID: author, Title: "목록", IsPublic: true, Version: 1, CreatedAt: at, UpdatedAt: at}
		rows[i] = activity.Activity{ID: id, UserID: author, Type: activity.List, ObjectID: id, CreatedAt: at}
	}
	s.Write(t, func(tx *gorm.DB) error {
		if err := tx.Create(&lists).Error; err != nil {
			return err
		}
		return tx.Create(&rows).Error
	})
}

// from returns the ids of at most n activities in the feed of a reader below a bound.
func (s *stage) from(t *testing.T, reader, before int64, types []activity.Type, n int) []int64 {
	t.Helper()
	p, got := page.Page{Limit: n, After: &page.Key{ID: before}}, []int64{}
	rows, _, err := s.feed.Feed(t.Context(), s.reader(t, reader), types, "", p)
	ok(t, err)
	for _, a := range rows {
		got = append(got, a.ID)
	}
	return got
}

// TestTheIndexPassesYearsOfSilence spreads few activities over many blocks and eras, and asks for pages from anywhere.
func TestTheIndexPassesYearsOfSilence(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.feed.IndexAlways()
	const most = 3_000_000
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	members := s.Join(t, 12)
	me, of := members[0], map[int64]int64{}
	s.follow(t, me, members[1:6]...)
	for i, m := range members[1:] {
		var ids []int64
		for range 1 + r.IntN(60) {
			id := 1 + r.Int64N(most)
			if i%2 == 0 { // close together, a long time ago
				id = 900_000 + r.Int64N(20_000)
			}
			if of[id] == 0 {
				of[id], ids = m, append(ids, id)
			}
		}
		s.publish(t, m, ids...)
	}
	naive := func(before int64, n int) []int64 {
		all := []int64{}
		for id, m := range of {
			if id < before && slices.Contains(members[1:6], m) {
				all = append(all, id)
			}
		}
		slices.Sort(all)
		slices.Reverse(all)
		return all[:min(n, len(all))]
	}
	for round := range 40 {
		before, n := 1+r.Int64N(most+100_000), 1+r.IntN(30)
		types := [][]activity.Type{nil, {activity.List}, {activity.List, activity.Review}}[round%3]
		want(t, "the feed", naive(before, n), s.from(t, me, before, types, n))
		for id := range of { // the index does not know that it goes
			s.Write(t, func(tx *gorm.DB) error { return activity.Remove(tx, activity.List, id) })
			delete(of, id)
			break
		}
		next := int64(most + 1000*(round+1))
		of[next] = members[1+r.IntN(11)]
		s.publish(t, of[next], next)
	}
}

// TestTheIndexFindsWhatIsCommittedLate holds for MySQL, where an id can be committed after greater ones.
func TestTheIndexFindsWhatIsCommittedLate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if s.DB.Driver() != database.MySQL {
		t.Skip("SQLite commits ids in their order")
	}
	s.feed.IndexAlways()
	ids := s.Join(t, 3)
	s.follow(t, ids[0], ids[1], ids[2])
	s.publish(t, ids[1], 10, 20, 5000)
	want(t, "the feed", []int64{5000, 20, 10}, s.from(t, ids[0], 1<<40, nil, 9))
	s.publish(t, ids[2], 4999, 15)
	want(t, "the feed after what was late", []int64{5000, 4999, 20, 15, 10}, s.from(t, ids[0], 1<<40, nil, 9))
	s.Clock.Advance(30 * time.Second)
	s.publish(t, ids[1], 90_000)
	want(t, "the feed with a later one", []int64{90_000, 5000}, s.from(t, ids[0], 1<<40, nil, 2))
	s.publish(t, ids[2], 80_000)
	want(t, "the feed after what was later", []int64{90_000, 80_000, 5000}, s.from(t, ids[0], 1<<40, nil, 3))
}

// TestTheIndexIsFilledInParts has more activities than are read at once.
func TestTheIndexIsFilledInParts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.feed.IndexAlways()
	ids := s.Join(t, 2)
	s.follow(t, ids[0], ids[1])
	for part := range int64(3) {
		var some []int64
		for i := range int64(1000) {
			some = append(some, part*1000+i+1)
		}
		s.publish(t, ids[1], some...)
	}
	ok(t, s.feed.Fill(t.Context()))
	want(t, "the first page", []int64{3000, 2999, 2998}, s.from(t, ids[0], 1<<40, nil, 3))
	want(t, "the last page", []int64{2, 1}, s.from(t, ids[0], 3, nil, 9))
}

// TestTheIndexPassesWhatWasDeleted deletes most of what the index has.
func TestTheIndexPassesWhatWasDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.feed.IndexAlways()
	ids := s.Join(t, 3)
	s.follow(t, ids[0], ids[1], ids[2])
	var all []int64
	for i := range int64(300) {
		all = append(all, i+1)
	}
	s.publish(t, ids[1], all...)
	want(t, "the feed", []int64{300, 299}, s.from(t, ids[0], 1<<40, nil, 2))
	s.Write(t, func(tx *gorm.DB) error { return activity.Remove(tx, activity.List, all[3:299]...) })
	want(t, "the feed after most went", []int64{300, 3, 2}, s.from(t, ids[0], 1<<40, nil, 3))
}

// TestReadersWhoWaitForEachOtherMissNothing has members publish lists and look for them at once, so that readers share what
// one of them has read.
func TestReadersWhoWaitForEachOtherMissNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.feed.IndexAlways()
	ids := s.Join(t, 3)
	me, reader := ids[0], auth.Viewer{UserID: ids[0]}
	s.follow(t, me, ids[1], ids[2])
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 10 {
				made, err := s.lists.Create(t.Context(), list.Draft{UserID: ids[1+i%2], Title: "비 오는 날", IsPublic: true})
				if err != nil {
					t.Error(err)
					return
				}
				rows, _, err := s.feed.Feed(t.Context(), reader, nil, "", page.Page{Limit: 100})
				if err != nil || !slices.ContainsFunc(rows, func(a feed.Activity) bool { return a.List.ID == made.ID }) {
					t.Errorf("list %d is not among %d activities, %v", made.ID, len(rows), err)
				}
			}
		})
	}
	all.Wait()
	want(t, "activities", 80, len(s.from(t, me, 1<<40, nil, 100)))
}
