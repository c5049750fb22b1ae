package list_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// setHidden hides or restores a list.
func (s *stage) setHidden(t testing.TB, id int64, hidden, changes bool) (owner int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) (err error) {
		var changed bool
		if owner, changed, err = s.lists.SetHidden(tx, id, hidden); err == nil && changed != changes {
			t.Errorf("hidden %v: changed %v, want %v", hidden, changed, changes)
		}
		return err
	})
	return owner
}

// wantRight fails the test when a stored counter is wrong.
func (s *stage) wantRight(t testing.TB) {
	t.Helper()
	if err := recount.Run(t.Context(), s.DB, list.Counters(), false, func(d recount.Drift) { t.Error(d) }); err != nil {
		t.Fatal(err)
	}
}

func TestHiddenListIsSeenByItsAuthorAndModerators(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 3), s.films(t, 1)[0]
	ann, bob, mod := ids[0], ids[1], ids[2]
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET role = ? WHERE id = ?", auth.RoleModerator, mod).Error
	})
	id, other := s.list(t, ann, true, film), s.list(t, ann, true, film)
	ofMember, ofFilm := fmt.Sprintf("/users/%d/lists", ann), fmt.Sprintf("/movies/%d/lists", film)
	before, all := s.GET(t, at(id)).Want(http.StatusOK), s.GET(t, "/lists").Want(http.StatusOK)
	if owner := s.setHidden(t, id, true, true); owner != ann {
		t.Errorf("of %d, want %d", owner, ann)
	}
	s.setHidden(t, id, true, false)
	s.wantCount(t, ann, 1)
	s.wantRight(t)
	for _, reader := range []int64{ann, bob, mod, 0} {
		for _, sort := range []string{"", "?sort=-like_count"} {
			s.wantLists(t, "/lists"+sort, reader, other)
			s.wantLists(t, ofFilm+sort, reader, other)
			if reader == ann {
				s.wantLists(t, ofMember+sort, reader, other, id)
			} else {
				s.wantLists(t, ofMember+sort, reader, other)
			}
		}
		found, err := s.lists.ForFeed(t.Context(), auth.Viewer{UserID: reader}, []int64{id, other})
		if err != nil || len(found) != 1 || found[other].ID != other {
			t.Errorf("the feed of %d has %v (%v)", reader, found, err)
		}
	}
	s.wantLists(t, "/users/me/lists", ann, other, id)
	for _, reader := range []int64{ann, mod} {
		if got := s.GET(t, at(id), s.As(t, reader)).Want(http.StatusOK).Map(); got["hidden"] != true || got["title"] != "목록" {
			t.Errorf("to %d: %v", reader, got)
		}
		s.GET(t, at(id, "/items"), s.As(t, reader)).Want(http.StatusOK)
	}
	s.GET(t, at(id)).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, at(id), s.As(t, bob)).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, at(id, "/items"), s.As(t, bob)).WantProblem(http.StatusNotFound, "not_found")

	s.setHidden(t, id, false, true)
	s.setHidden(t, id, false, false)
	s.wantCount(t, ann, 2)
	s.wantRight(t)
	if got := s.GET(t, at(id)).Want(http.StatusOK); string(got.Body) != string(before.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, before.Body)
	}
	if got := s.GET(t, "/lists").Want(http.StatusOK); string(got.Body) != string(all.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, all.Body)
	}
	s.Write(t, func(tx *gorm.DB) error {
		if _, _, err := s.lists.SetHidden(tx, 999, true); !errors.Is(err, list.ErrNotFound) {
			t.Errorf("hide what does not exist: %v", err)
		}
		return nil
	})
}

func TestHiddenPrivateListIsSeenByItsAuthorAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	ann, mod := ids[0], ids[1]
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET role = ? WHERE id = ?", auth.RoleModerator, mod).Error
	})
	id := s.list(t, ann, true)
	s.setHidden(t, id, true, true)
	s.wantCount(t, ann, 0)
	s.PATCH(t, at(id), s.As(t, ann), body(`{'visibility': 'private'}`)).Want(http.StatusOK)
	s.wantCount(t, ann, 0)
	s.GET(t, at(id), s.As(t, mod)).WantProblem(http.StatusNotFound, "not_found")
	s.wantLists(t, "/users/me/lists", ann, id)
	s.setHidden(t, id, false, true)
	s.wantCount(t, ann, 0)
	s.setHidden(t, id, true, true)
	s.PATCH(t, at(id), s.As(t, ann), body(`{'visibility': 'public'}`)).Want(http.StatusOK)
	s.wantCount(t, ann, 0)
	s.setHidden(t, id, false, true)
	s.wantCount(t, ann, 1)
	s.setHidden(t, id, true, true)
	s.DELETE(t, at(id), s.As(t, ann)).Want(http.StatusNoContent)
	s.wantCount(t, ann, 0)
	s.wantRight(t)
}

// All change the counter of the author.
func TestHidingAListRacesWithChangesAndDeletion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	known := func(err error) {
		if err != nil && !errors.Is(err, list.ErrNotFound) {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 10 {
		id := s.list(t, ann, true)
		for n := range 3 {
			wg.Go(func() {
				known(s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
					_, _, err := s.lists.SetHidden(tx, id, n != 1)
					return err
				}))
			})
			wg.Go(func() {
				_, err := s.lists.Update(t.Context(), id, list.Patch{IsPublic: new(n == 1)})
				known(err)
			})
		}
		if i%2 == 0 {
			wg.Go(func() { known(s.lists.Delete(t.Context(), id)) })
		}
	}
	wg.Wait()
	s.wantRight(t)
}
