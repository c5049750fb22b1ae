package review_test

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/review"
)

// broken names the statements that fail: of a kind, on a table.
type broken struct{ kind, table string }

type brokenKey struct{}

var errBroken = errors.New("the database is broken")

// breakable makes the statements fail that the context of the caller names.
func (s *stage) breakable(t *testing.T) {
	t.Helper()
	t.Cleanup(s.DB.Break(func(ctx context.Context, statement string) error {
		if at, ok := ctx.Value(brokenKey{}).(broken); ok && at == kindOf(statement) {
			return errBroken
		}
		return nil
	}))
}

// beforeTable matches a statement up to the first table in it.
var beforeTable = regexp.MustCompile("(?s)^(SELECT|INSERT|UPDATE|DELETE)(?:.*? FROM| INTO)? `?(\\w+)")

// kindOf returns what a statement does to which table: of several the first.
func kindOf(statement string) broken {
	found := beforeTable.FindStringSubmatch(statement)
	if found == nil {
		return broken{}
	}
	return broken{map[string]string{"SELECT": "query", "INSERT": "create", "UPDATE": "update", "DELETE": "delete"}[found[1]], found[2]}
}

// TestADatabaseErrorIsNotExplainedToTheClient makes each operation fail at each of its statements.
func TestADatabaseErrorIsNotExplainedToTheClient(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.breakable(t)
	kept := s.writeWithImage(t, s.bob, s.film)
	title, one := "other", page.Page{Limit: 1}
	get := func(ctx context.Context) error { _, err := s.reviews.Get(ctx, kept, auth.Viewer{}); return err }
	ofUser := func(ctx context.Context) error {
		_, _, err := s.reviews.OfUser(ctx, s.bob.ID, auth.Viewer{}, one)
		return err
	}
	ofFilm := func(ctx context.Context) error {
		_, _, err := s.reviews.OfMovie(ctx, s.film.ID, auth.Viewer{}, review.SortOldest, one)
		return err
	}
	draft := review.Draft{UserID: s.ann.ID, MovieID: s.film.ID, Title: "a", Content: "b"}
	create := func(ctx context.Context) error { _, err := s.reviews.Create(ctx, draft); return err }
	illustrated := draft
	illustrated.Image = &picture.Upload{Name: "a.png", Data: testImage(t)}
	illustrate := func(ctx context.Context) error { _, err := s.reviews.Create(ctx, illustrated); return err }
	update := func(ctx context.Context) error { return s.reviews.Update(ctx, kept, review.Patch{Title: &title}) }
	removeImage := func(ctx context.Context) error { return s.reviews.RemoveImage(ctx, kept) }
	remove := func(ctx context.Context) error { return s.reviews.Delete(ctx, kept) }
	like := func(ctx context.Context) error {
		return s.DB.Tx(ctx, func(tx *gorm.DB) error { return review.AddLikes(tx, kept, 1) })
	}
	removeUser := func(ctx context.Context) error { return s.users.Delete(ctx, s.bob.ID) }
	removeFilm := func(ctx context.Context) error {
		return s.movies.Delete(ctx, s.film.ID, auth.Viewer{UserID: s.root.ID, Role: auth.RoleAdmin})
	}
	for name, c := range map[string]struct {
		at broken
		do func(context.Context) error
	}{
		"get":                           {broken{"query", "reviews"}, get},
		"list of a user":                {broken{"query", "reviews"}, ofUser},
		"list of a film":                {broken{"query", "reviews"}, ofFilm},
		"create: look for another":      {broken{"query", "reviews"}, illustrate},
		"create: count for the author":  {broken{"update", "users"}, create},
		"create: count for the film":    {broken{"update", "movies"}, create},
		"create: insert":                {broken{"create", "reviews"}, create},
		"update: lock":                  {broken{"query", "reviews"}, update},
		"update: write":                 {broken{"update", "reviews"}, update},
		"remove image: discard":         {broken{"create", "media_trash"}, removeImage},
		"delete: look":                  {broken{"query", "reviews"}, remove},
		"delete: count for the author":  {broken{"update", "users"}, remove},
		"delete: count for the film":    {broken{"update", "movies"}, remove},
		"delete: delete":                {broken{"delete", "reviews"}, remove},
		"delete: discard":               {broken{"create", "media_trash"}, remove},
		"like":                          {broken{"update", "reviews"}, like},
		"delete account: list":          {broken{"query", "reviews"}, removeUser},
		"delete account: count":         {broken{"update", "movies"}, removeUser},
		"delete account: discard":       {broken{"create", "media_trash"}, removeUser},
		"delete film: list":             {broken{"query", "reviews"}, removeFilm},
		"delete film: count":            {broken{"update", "users"}, removeFilm},
		"delete film: discard an image": {broken{"create", "media_trash"}, removeFilm},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
				return c.do(context.WithValue(tx.Statement.Context, brokenKey{}, c.at))
			})
			if _, explained := errors.AsType[*apperr.Error](err); !errors.Is(err, errBroken) || explained {
				t.Errorf("error %v, want the injected one without an apperr.Error", err)
			}
		})
	}
	if r, err := s.reviews.Get(t.Context(), kept, auth.Viewer{}); err != nil || r.LikeCount != 0 || r.Title.Whole() == title {
		t.Errorf("the review is now %+v, error %v", r, err)
	}
	s.counts(t, s.film, 1, s.bob, 1)
	s.counts(t, s.film, 1, s.ann, 0)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestARolledBackLikeIsNotCounted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	undo := errors.New("undo")
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := review.AddLikes(tx, written, 5); err != nil {
			return err
		}
		if r, err := review.Lock(tx, written); err != nil || r.LikeCount != 5 {
			t.Errorf("%d likes within the transaction, error %v", r.LikeCount, err)
		}
		return undo
	})
	if r, _ := s.reviews.Get(t.Context(), written, auth.Viewer{}); !errors.Is(err, undo) || r.LikeCount != 0 {
		t.Errorf("%d likes, error %v", r.LikeCount, err)
	}
	err = s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return review.AddLikes(tx, 9999, 1) })
	if !errors.Is(err, review.ErrNotFound) {
		t.Errorf("error %v for an unknown review, want review.ErrNotFound", err)
	}
	if err := s.reviews.Update(t.Context(), 9999, review.Patch{}); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("error %v for an update of an unknown review, want review.ErrNotFound", err)
	}
}
