package reaction_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
)

func TestDeletingAnAccountDecrementsTheCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	leaver, other, author := ids[0], ids[1], ids[2]
	kept, dropped, own := s.reviewOf(t, author), s.reviewOf(t, author), s.reviewOf(t, leaver)
	m, n := s.film(t), s.film(t)
	s.post(t, leaver, "reviews", kept, "like")
	s.post(t, other, "reviews", kept, "like")
	s.post(t, leaver, "reviews", dropped, "like")
	s.post(t, leaver, "reviews", dropped, "unlike") // is not counted, so it is not decremented
	s.post(t, other, "reviews", own, "like")        // is deleted with the review
	s.post(t, leaver, "reviews", own, "like")
	s.post(t, leaver, "movies", m, "like")
	s.post(t, other, "movies", m, "like")
	s.post(t, leaver, "movies", n, "dislike")
	s.post(t, other, "movies", n, "dislike")
	if err := s.users.Delete(t.Context(), leaver); err != nil {
		t.Fatal(err)
	}
	s.wantLikes(t, kept, 1)
	s.wantLikes(t, dropped, 0)
	s.wantReactions(t, m, 1, 0)
	s.wantReactions(t, n, 0, 1)
	if found := s.likes(t); len(found) != 1 || found[0].UserID != other || found[0].ReviewID != kept {
		t.Errorf("likes %+v, want one of review %d by %d", found, kept, other)
	}
	if found := rows[reaction.MovieReaction](t, s); len(found) != 2 {
		t.Errorf("reactions %+v, want two of %d", found, other)
	}
	s.wantLiked(t, other, kept, true)
}

func TestARefusedDeletionKeepsTheCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refusal := errors.New("refused")
	s.users.OnDelete(func(*gorm.DB, int64) error { return refusal })
	ids := s.Join(t, 2)
	r, m := s.reviewOf(t, ids[0]), s.film(t)
	s.post(t, ids[1], "reviews", r, "like")
	s.post(t, ids[1], "movies", m, "like")
	if err := s.users.Delete(t.Context(), ids[1]); !errors.Is(err, refusal) {
		t.Fatalf("delete: %v, want the error of the hook", err)
	}
	s.wantLikes(t, r, 1)
	s.wantReactions(t, m, 1, 0)
}

func TestDeletingAReviewOrAFilmDeletesItsReactions(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r, m := s.reviewOf(t, ids[0]), s.film(t)
	s.post(t, ids[1], "reviews", r, "like")
	s.post(t, ids[1], "movies", m, "like")
	if err := s.reviews.Delete(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := s.movies.Delete(t.Context(), m, auth.Viewer{UserID: ids[0], Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	if likes, reactions := s.likes(t), rows[reaction.MovieReaction](t, s); len(likes)+len(reactions) != 0 {
		t.Errorf("likes %+v and reactions %+v remain, want none", likes, reactions)
	}
	s.wantNotified(t, ids[0], 1, 1) // the notification is kept
}

func TestDeletingAnAccountWithManyReactionsDecrementsInBatches(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const films = 1001
	me := s.Join(t, 1)[0]
	s.Write(t, func(tx *gorm.DB) error {
		now := database.Time(s.Clock.Now())
		all, liked := make([]movie.Movie, films), make([]reaction.MovieReaction, films)
		for i := range all {
			all[i] = movie.Movie{Title: "영화", TitleKey: "영화", CastMembers: "[]", Playtime: 1, Genre: "SF", LikeCount: 1, CreatedAt: now, UpdatedAt: now}
		}
		if err := tx.CreateInBatches(&all, 500).Error; err != nil {
			return err
		}
		var ids []int64
		if err := tx.Model(&movie.Movie{}).Pluck("id", &ids).Error; err != nil {
			return err
		}
		for i, id := range ids {
			liked[i] = reaction.MovieReaction{UserID: me, MovieID: id, Type: reaction.Like, CreatedAt: now, UpdatedAt: now}
		}
		return tx.CreateInBatches(&liked, 500).Error
	})
	if err := s.users.Delete(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	var left int64
	if err := s.DB.Reader(t.Context()).Model(&movie.Movie{}).Where("like_count <> 0").Count(&left).Error; err != nil {
		t.Fatal(err)
	}
	if found := rows[reaction.MovieReaction](t, s); left != 0 || len(found) != 0 {
		t.Errorf("%d films have wrong counters, %d reactions remain", left, len(found))
	}
}
