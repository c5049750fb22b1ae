package review_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// TestADatabaseThatFailsIsOurFault has each operation meet a table that is not there.
func TestADatabaseThatFailsIsOurFault(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	admin := auth.Viewer{UserID: s.root.ID, Role: auth.RoleAdmin}
	title := "other"
	for name, c := range map[string]struct {
		missing string
		do      func(ctx context.Context, tx *gorm.DB) error
	}{
		"Get": {"reviews", func(ctx context.Context, _ *gorm.DB) error {
			_, err := s.reviews.Get(ctx, written)
			return err
		}},
		"Show": {"reviews", func(ctx context.Context, _ *gorm.DB) error {
			_, err := s.reviews.Show(ctx, written, 0)
			return err
		}},
		"OfUser": {"reviews", func(ctx context.Context, _ *gorm.DB) error {
			_, _, err := s.reviews.OfUser(ctx, s.bob.ID, 0, page.Page{Limit: 1})
			return err
		}},
		"OfMovie": {"movies", func(ctx context.Context, _ *gorm.DB) error {
			_, _, err := s.reviews.OfMovie(ctx, s.film.ID, 0, review.SortOldest, page.Page{Limit: 1})
			return err
		}},
		"Create, looking for one": {"reviews", func(ctx context.Context, _ *gorm.DB) error {
			_, err := s.reviews.Create(ctx, review.Draft{UserID: s.ann.ID, MovieID: s.film.ID, Title: "a", Content: "b"})
			return err
		}},
		"Create, counting for the author": {"users", func(ctx context.Context, _ *gorm.DB) error {
			_, err := s.reviews.Create(ctx, review.Draft{UserID: s.ann.ID, MovieID: s.film.ID, Title: "a", Content: "b"})
			return err
		}},
		"Update": {"media_trash", func(ctx context.Context, tx *gorm.DB) error {
			if err := s.reviews.RemoveImage(ctx, written); err == nil {
				return errors.New("the image was removed without a trace")
			}
			return s.reviews.Update(s.hide(ctx, tx, "reviews"), written, review.Patch{Title: &title})
		}},
		"Delete, counting for the author": {"users", func(ctx context.Context, _ *gorm.DB) error { return s.reviews.Delete(ctx, written) }},
		"Delete, counting for the film":   {"movies", func(ctx context.Context, _ *gorm.DB) error { return s.reviews.Delete(ctx, written) }},
		"Delete, discarding the image":    {"media_trash", func(ctx context.Context, _ *gorm.DB) error { return s.reviews.Delete(ctx, written) }},
		"AddLikes":                        {"reviews", func(_ context.Context, tx *gorm.DB) error { return review.AddLikes(tx, written, 1) }},
		"delete account, listing":         {"reviews", func(ctx context.Context, _ *gorm.DB) error { return s.users.Delete(ctx, s.bob.ID) }},
		"delete account, counting":        {"movies", func(ctx context.Context, _ *gorm.DB) error { return s.users.Delete(ctx, s.bob.ID) }},
		"delete film, listing":            {"reviews", func(ctx context.Context, _ *gorm.DB) error { return s.movies.Delete(ctx, s.film.ID, admin) }},
		"delete film, counting":           {"users", func(ctx context.Context, _ *gorm.DB) error { return s.movies.Delete(ctx, s.film.ID, admin) }},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
				return c.do(s.hide(tx.Statement.Context, tx, c.missing), tx)
			})
			if e, expected := errors.AsType[*apperr.Error](err); err == nil || expected {
				t.Errorf("error %v (%v), want one that a client is not told", err, e)
			}
		})
	}
	s.counts(t, s.film, 1, s.bob, 1)
	s.counts(t, s.film, 1, s.ann, 0)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

// hide has a table be missing until the transaction is rolled back.
func (s *stage) hide(ctx context.Context, tx *gorm.DB, table string) context.Context {
	if err := tx.Exec("ALTER TABLE " + table + " RENAME TO hidden_" + table).Error; err != nil {
		panic(err)
	}
	return ctx
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
	if r, _ := s.reviews.Get(t.Context(), written); !errors.Is(err, undo) || r.LikeCount != 0 {
		t.Errorf("%d likes, error %v", r.LikeCount, err)
	}
	err = s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return review.AddLikes(tx, 9999, 1) })
	if !errors.Is(err, review.ErrNotFound) {
		t.Errorf("error %v for a review that is not there", err)
	}
	if err := s.reviews.Update(t.Context(), 9999, review.Patch{}); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("error %v for a change of a review that is not there", err)
	}
}

// TestListsWalkTheirIndex holds what SQLite plans for each list: no sorting, and no walk through all
// rows of a table.
func TestListsWalkTheirIndex(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var sql []string
	record := func(q *gorm.DB) {
		if strings.Contains(q.Statement.SQL.String(), "JOIN") {
			sql = append(sql, q.Explain(q.Statement.SQL.String(), q.Statement.Vars...))
		}
	}
	if err := db.Reader(t.Context()).Callback().Query().After("gorm:query").Register("record", record); err != nil {
		t.Fatal(err)
	}
	lists(t, db)
	if len(sql) != 9 {
		t.Fatalf("%d queries, want 9: one for each page and one for the review", len(sql))
	}
	for _, one := range sql {
		var steps []struct{ Detail string }
		if err := db.Reader(t.Context()).Raw("EXPLAIN QUERY PLAN " + one).Scan(&steps).Error; err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if strings.Contains(step.Detail, "TEMP B-TREE") || strings.HasPrefix(step.Detail, "SCAN") {
				t.Errorf("%s\n%v", one, steps)
			}
		}
	}
}

// lists asks for the first page and another of every list, and for one review.
func lists(t *testing.T, db *database.DB) {
	t.Helper()
	s := review.New(review.Deps{DB: db, Users: user.New(user.Deps{DB: db}), Movies: movie.New(movie.Deps{DB: db})})
	for _, after := range []*page.Key{nil, {Num: 3, ID: 7}} {
		p := page.Page{Limit: 50, After: after}
		for _, by := range []review.Sort{review.SortOldest, review.SortNewest, review.SortMostLiked} {
			if _, _, err := s.OfMovie(t.Context(), 1, 0, by, p); !errors.Is(err, movie.ErrNotFound) {
				t.Fatalf("list by %s: %v", by, err)
			}
		}
		if _, _, err := s.OfUser(t.Context(), 1, 0, p); !errors.Is(err, user.ErrNotFound) {
			t.Fatalf("list of user: %v", err)
		}
	}
	if _, err := s.Show(t.Context(), 1, 0); !errors.Is(err, review.ErrNotFound) {
		t.Fatalf("show: %v", err)
	}
}
