package diary_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// TestFilmsThatWereReviewedBeforeThereWereMarksAreWatched migrates a database with reviews of the version before marks.
func TestFilmsThatWereReviewedBeforeThereWereMarksAreWatched(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, first, second := s.Join(t, 3), s.film(t), s.film(t)
	for {
		if step, err := s.DB.MigrateDown(t.Context()); err != nil || step == nil {
			t.Fatalf("migrate down: %v, %v", step, err)
		} else if step.Version == 21 {
			break
		}
	}
	at := s.Clock.Now()
	s.Write(t, func(tx *gorm.DB) error {
		for i, r := range [][2]int64{{ids[0], second}, {ids[0], first}, {ids[2], first}} {
			written := database.Time(at.Add(time.Duration(i) * time.Minute))
			err := tx.Exec("INSERT INTO reviews (user_id, movie_id, title, content, image, like_count, created_at, updated_at) VALUES (?, ?, 'a', 'b', '', 0, ?, ?)",
				r[0], r[1], written, written.Add(time.Hour)).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if _, err := s.DB.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantWatched(t, ids[0], first, second)
	s.wantWatched(t, ids[1])
	s.wantWatched(t, ids[2], first)
	marked := s.GET(t, "/users/me/watched", s.As(t, ids[0])).Want(200).List()[1]["marked_at"]
	if want := at.In(s.Zone).Format(time.RFC3339Nano); marked != want {
		t.Errorf("marked at %v, want %s, when the review was written", marked, want)
	}
}
