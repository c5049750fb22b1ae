package list_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// crowd fills the tables enough for a planner to use indexes: lists of every member, of which those before few have the
// first film and the others the second one.
func (s *stage) crowd(t *testing.T, n, few int) (members, films []int64) {
	t.Helper()
	members, films = s.Join(t, 30), s.films(t, 3)
	lists, items := make([]list.List, n), make([]list.Item, n)
	for i := range lists {
		at := database.Time(s.Clock.Now().Add(time.Duration(i%500) * time.Second))
		lists[i] = list.List{
			ID: int64(i) + 1, UserID: members[i%len(members)], Title: "목록", IsPublic: i%7 != 0, LikeCount: int64(i % 50), ItemCount: 1, Version: 1, CreatedAt: at, UpdatedAt: at,
		}
		items[i] = list.Item{ListID: int64(i) + 1, MovieID: films[1], Position: 1}
		if i < few {
			items[i].MovieID = films[0]
		}
	}
	fill(t, s, lists)
	fill(t, s, items)
	testkit.Analyze(t, s.DB, "lists", "list_items", "users", "movies")
	return members, films
}

func TestListsOfListsReadAlongTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, films := s.crowd(t, 3000, 400)
	me := members[2]
	for _, sort := range []struct {
		by            list.Sort
		public, owned string
	}{{list.SortLatest, "idx_lists_updated", "idx_lists_user"}, {list.SortMostLiked, "idx_lists_likes", "idx_lists_user_likes"}} {
		late := &page.Key{Num: 20, ID: 700}
		if sort.by == list.SortLatest {
			late.Num = s.Clock.Now().Add(300 * time.Second).UnixMicro()
		}
		for _, after := range []*page.Key{nil, late} {
			p := page.Page{Limit: 5, After: after}
			read := func(name, index string, reader int64, of func(ctx context.Context, reader int64) ([]list.Shown, *page.Key, error)) {
				testkit.WantIndexed(t, s.DB, index, func() {
					if rows, next, err := of(t.Context(), reader); err != nil || len(rows) != 5 || next == nil {
						t.Errorf("%s by %s: %d rows, %v", name, sort.by, len(rows), err)
					}
				})
			}
			all := func(ctx context.Context, reader int64) ([]list.Shown, *page.Key, error) {
				return s.lists.All(ctx, auth.Viewer{UserID: reader, Hides: reader != 0}, sort.by, p)
			}
			read("all", sort.public, 0, all)
			read("all and mine", sort.owned, me, all)
			theirs := func(ctx context.Context, reader int64) ([]list.Shown, *page.Key, error) {
				return s.lists.OfUser(ctx, me, auth.Viewer{UserID: reader, Hides: reader != 0}, sort.by, p)
			}
			read("theirs", sort.owned, 0, theirs)
			read("mine", sort.owned, me, theirs)
			often := func(ctx context.Context, reader int64) ([]list.Shown, *page.Key, error) {
				return s.lists.OfMovie(ctx, films[1], auth.Viewer{UserID: reader, Hides: reader != 0}, sort.by, p)
			}
			read("with a film of many", sort.public, 0, often)
			read("with a film of many", sort.owned, me, often)
		}
	}
}

// TestListsWithAFilmThatFewHaveAreFoundByItsItems holds that no other list is read. Those found are sorted.
func TestListsWithAFilmThatFewHaveAreFoundByItsItems(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, films := s.crowd(t, 3000, 400)
	for _, by := range []list.Sort{list.SortLatest, list.SortMostLiked} {
		for _, after := range []*page.Key{nil, {Num: s.Clock.Now().Add(300 * time.Second).UnixMicro(), ID: 700}} {
			plans := testkit.Plans(t, s.DB, func() {
				rows, _, err := s.lists.OfMovie(t.Context(), films[0], auth.Viewer{UserID: members[2], Hides: true}, by, page.Page{Limit: 5, After: after})
				if err != nil || len(rows) != 5 {
					t.Errorf("%d rows, %v", len(rows), err)
				}
			})
			for _, p := range plans {
				for _, step := range p.Steps {
					if strings.HasPrefix(step.Detail, "SCAN ") && !strings.HasPrefix(step.Detail, "SCAN few") || step.Type == "ALL" && step.Table != "<derived2>" {
						t.Errorf("by %s: a scan in the plan of a query:\n%s", by, p)
					}
				}
			}
		}
	}
}

// TestListsWithAFilmAreTheSameEitherWay compares the two ways to find them, with all pages.
func TestListsWithAFilmAreTheSameEitherWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, films := s.crowd(t, 2003, 0) // one more than are sorted in the program, with two private ones
	me := members[0]
	read := func(by list.Sort, reader int64) (ids []int64) {
		for p := (page.Page{Limit: 200}); ; {
			rows, next, err := s.lists.OfMovie(t.Context(), films[1], auth.Viewer{UserID: reader}, by, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range rows {
				ids = append(ids, l.ID)
			}
			if p.After = next; next == nil {
				return ids
			}
		}
	}
	sorts := []list.Sort{list.SortLatest, list.SortMostLiked}
	var walked []string
	for _, by := range sorts {
		walked = append(walked, fmt.Sprint(read(by, 0)), fmt.Sprint(read(by, me)))
	}
	s.Write(t, func(tx *gorm.DB) error { // three private ones of others leave, so that few enough are left
		return tx.Where("id IN ? AND is_public = ? AND user_id <> ?", []int64{8, 15, 22}, false, me).Delete(&list.List{}).Error
	})
	for i, by := range sorts {
		if got := fmt.Sprint(read(by, 0)); got != walked[2*i] {
			t.Errorf("%s to nobody: %s\nand %s", by, walked[2*i], got)
		}
		if got := fmt.Sprint(read(by, me)); got != walked[2*i+1] {
			t.Errorf("%s to a member: %s\nand %s", by, walked[2*i+1], got)
		}
	}
}

// TestListsWithAFilmThatOnlyOldListsHaveAreSorted fills more lists than are walked through before those with the film.
func TestListsWithAFilmThatOnlyOldListsHaveAreSorted(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes 28,000 lists")
	}
	s := newStage(t)
	members, films := s.crowd(t, 2001, 2001)
	at := database.Time(s.Clock.Now().Add(time.Hour))
	newer := make([]list.List, 26_000)
	for i := range newer {
		newer[i] = list.List{UserID: members[0], Title: "목록", IsPublic: true, LikeCount: 99, Version: 1, CreatedAt: at, UpdatedAt: at}
	}
	fill(t, s, newer)
	testkit.Analyze(t, s.DB, "lists", "list_items")
	for _, by := range []list.Sort{list.SortLatest, list.SortMostLiked} {
		rows, next, err := s.lists.OfMovie(t.Context(), films[0], auth.Viewer{UserID: members[1]}, by, page.Page{Limit: 3})
		if err != nil || len(rows) != 3 || next == nil {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, l := range rows {
			if l.ID > 2001 || by == list.SortMostLiked && l.LikeCount != 49 {
				t.Errorf("by %s: list %d with %d likes", by, l.ID, l.LikeCount)
			}
		}
	}
}

func TestFilmsOfAListReadAlongTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 300)
	lists := []int64{s.list(t, ids[0], true), s.list(t, ids[0], true)}
	var items []list.Item
	for _, id := range lists {
		for i, film := range f {
			items = append(items, list.Item{ListID: id, MovieID: film, Position: int64(i) + 1})
		}
	}
	fill(t, s, items)
	testkit.Analyze(t, s.DB, "lists", "list_items", "movies")
	for _, after := range []*page.Key{nil, {Num: 100, ID: f[99]}, {Num: 101, ID: 999}} {
		testkit.WantIndexed(t, s.DB, "idx_list_items_position", func() {
			rows, next, err := s.lists.Items(t.Context(), list.List{ID: lists[0]}, page.Page{Limit: 5, After: after})
			if err != nil || len(rows) != 5 || next == nil {
				t.Errorf("%d rows, %v", len(rows), err)
			}
			if after != nil && rows[0].Position != 101 {
				t.Errorf("the page begins at %d", rows[0].Position)
			}
		})
	}
}

func TestAListOfListsTakesAConstantNumberOfQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members, films := s.crowd(t, 300, 100)
	for _, path := range []string{"/lists", "/users/me/lists", fmt.Sprintf("/movies/%d/lists", films[1]), "/lists/2/items"} {
		var counts []int
		for _, limit := range []int{1, 5} {
			n := 0
			end := s.DB.Watch(func(string, []any) { n++ })
			s.GET(t, fmt.Sprintf("%s?limit=%d", path, limit), s.As(t, members[1])).Want(200)
			end()
			counts = append(counts, n)
		}
		if counts[0] != counts[1] || counts[0] > 6 {
			t.Errorf("%s: %v queries for 1 and 5 rows", path, counts)
		}
	}
}
