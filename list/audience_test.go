package list_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// setPrivate makes accounts private.
func (s *stage) setPrivate(t testing.TB, ids ...int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&user.User{}).Where("id IN ?", ids).UpdateColumn("is_private", true).Error
	})
}

func TestListsOfPrivateAccountsAreSeenByTheirFollowers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 5), s.films(t, 1)
	author, fan, stranger, blocker, other := ids[0], ids[1], ids[2], ids[3], ids[4]
	now := database.Time(s.Clock.Now())
	fill(t, s, []list.List{
		{ID: 1, UserID: author, Title: "목록", IsPublic: true, ItemCount: 1, Version: 1, CreatedAt: now, UpdatedAt: now},
		{ID: 2, UserID: author, Title: "나만", ItemCount: 1, Version: 1, CreatedAt: now, UpdatedAt: now},
		{ID: 3, UserID: other, Title: "남의 목록", IsPublic: true, ItemCount: 1, Version: 1, CreatedAt: now, UpdatedAt: now},
	})
	fill(t, s, []list.Item{{ListID: 1, MovieID: films[0], Position: 1}, {ListID: 2, MovieID: films[0], Position: 1}, {ListID: 3, MovieID: films[0], Position: 1}})
	fill(t, s, []follow.Follow{{FollowerID: fan, FollowingID: author, IsFollowing: true, FollowedAt: now}})
	fill(t, s, []follow.Block{{UserID: blocker, BlockedID: other, BlockedAt: now}})
	s.setPrivate(t, author)
	for who, c := range map[string]struct {
		reader auth.Viewer
		lists  []int64 // of all and of the film
		asked  []int64 // by their ids
	}{
		"nobody":      {auth.Viewer{}, []int64{3}, []int64{3}},
		"a stranger":  {auth.Viewer{UserID: stranger}, []int64{3}, []int64{3}},
		"who blocked": {auth.Viewer{UserID: blocker, Hides: true}, nil, []int64{3}},
		"a follower":  {auth.Viewer{UserID: fan}, []int64{1, 3}, []int64{1, 3}},
		"the author":  {auth.Viewer{UserID: author}, []int64{1, 2, 3}, []int64{1, 2, 3}},
		"a moderator": {auth.Viewer{UserID: stranger, Role: auth.RoleModerator}, []int64{1, 3}, []int64{1, 3}},
	} {
		for _, by := range []list.Sort{list.SortLatest, list.SortMostLiked} {
			all, _, err := s.lists.All(t.Context(), c.reader, by, page.Page{Limit: 10})
			ofFilm, _, filmErr := s.lists.OfMovie(t.Context(), films[0], c.reader, by, page.Page{Limit: 10})
			if err != nil || filmErr != nil || !slices.Equal(idsOf(all), c.lists) || !slices.Equal(idsOf(ofFilm), c.lists) {
				t.Errorf("%s by %s: %v (%v), of the film %v (%v), want %v", who, by, idsOf(all), err, idsOf(ofFilm), filmErr, c.lists)
			}
		}
		for id := int64(1); id <= 3; id++ {
			_, err := s.lists.Show(t.Context(), id, c.reader)
			_, getErr := s.lists.Get(t.Context(), id, c.reader)
			if may := slices.Contains(c.asked, id); (err == nil) != may || (getErr == nil) != may {
				t.Errorf("%s: list %d: %v, %v", who, id, err, getErr)
			}
		}
	}
	s.GET(t, fmt.Sprintf("/users/%d/lists", author)).WantProblem(http.StatusForbidden, "private_account")
	s.GET(t, fmt.Sprintf("/users/%d/lists", author), s.As(t, fan)).Want(http.StatusOK)
	s.GET(t, "/users/999999/lists").WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, "/lists/1/items", s.As(t, stranger)).WantProblem(http.StatusNotFound, "not_found")
}

func idsOf(rows []list.Shown) (ids []int64) {
	for _, l := range rows {
		ids = append(ids, l.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestFewVisibleListsAmongManyAreFoundInBoundedSteps reads all lists that are seen where nearly none is.
func TestFewVisibleListsAmongManyAreFoundInBoundedSteps(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	now := database.Time(s.Clock.Now())
	rows := make([]list.List, 31_000)
	for i := range rows {
		rows[i] = list.List{ID: int64(i) + 1, UserID: ids[0], Title: "목록", IsPublic: true, Version: 1, CreatedAt: now, UpdatedAt: now}
	}
	rows[0].UserID, rows[500].UserID = ids[1], ids[1]
	rows[100].UserID, rows[100].IsPublic = ids[2], false
	fill(t, s, rows)
	s.setPrivate(t, ids[0])
	for _, by := range []list.Sort{list.SortLatest, list.SortMostLiked} {
		var found []int64
		pages := 0
		for p := (page.Page{Limit: 1}); ; pages++ {
			some, next, err := s.lists.All(t.Context(), auth.Viewer{UserID: ids[2]}, by, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range some {
				found = append(found, l.ID)
			}
			if p.After = next; next == nil {
				break
			}
		}
		if !slices.Equal(found, []int64{501, 101, 1}) || pages > 5 {
			t.Errorf("by %s: lists %v on %d pages", by, found, pages+1)
		}
	}
}
