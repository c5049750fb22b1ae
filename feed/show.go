package feed

import (
	"context"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/reaction"
)

// show returns activities as a reader sees them, without those whose object the reader may not see or which are gone, or whose film is hidden. The
// number of queries depends on the types, and not on the number of activities.
func (s *Service) show(ctx context.Context, rows []row, reader auth.Viewer, mode spoiler.Mode) ([]Activity, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := map[activity.Type][]int64{}
	for _, r := range rows {
		ids[r.Type] = append(ids[r.Type], r.ObjectID)
	}
	fill, err := s.objects(ctx, ids, reader, mode)
	if err != nil {
		return nil, err
	}
	out := make([]Activity, 0, len(rows))
	for _, r := range rows {
		if r.film.Hidden {
			continue
		}
		a := Activity{
			ID: r.ID, Type: r.Type, CreatedAt: r.CreatedAt, Actor: Actor{ID: r.UserID, Username: r.actor.Username, ProfileImageURL: s.users.ImageURL(r.actor)},
		}
		if r.MovieID != nil {
			r.film.ID = *r.MovieID
			a.Movie = new(s.movies.CardOf(r.film))
		}
		if r.rating != 0 {
			a.Rating = &reaction.MovieRating{ID: r.ObjectID, UserID: r.UserID, MovieID: *r.MovieID, Rating: r.rating, RatedAt: *r.ratedAt}
		}
		if fill(&a, r.ObjectID) {
			out = append(out, a)
		}
	}
	return out, nil
}

// objects loads the objects of activities, whose ids are given by their types. It returns a function that sets the object of
// an activity, and reports whether the reader may see it.
func (s *Service) objects(ctx context.Context, ids map[activity.Type][]int64, reader auth.Viewer, mode spoiler.Mode) (func(a *Activity, id int64) bool, error) {
	reviews, err := s.reviews.ForFeed(ctx, reader, mode, ids[activity.Review])
	if err != nil {
		return nil, err
	}
	viewings, err := s.diary.ForFeed(ctx, ids[activity.Viewing])
	if err != nil {
		return nil, err
	}
	lists, err := s.lists.ForFeed(ctx, reader, ids[activity.List])
	if err != nil {
		return nil, err
	}
	comments, err := s.comments.ForFeed(ctx, reader, mode, ids[activity.Comment])
	if err != nil {
		return nil, err
	}
	return func(a *Activity, id int64) (ok bool) {
		switch a.Type {
		case activity.Review:
			a.Review, ok = pick(reviews, id)
		case activity.Rating:
			ok = a.Rating != nil // which has come with the activity
		case activity.Viewing:
			if a.Viewing, ok = pick(viewings, id); ok {
				a.Viewing.Movie = *a.Movie
			}
		case activity.List:
			a.List, ok = pick(lists, id)
		case activity.Comment:
			a.Comment, ok = pick(comments, id)
		}
		return ok
	}, nil
}

// pick returns a copy of a value of a map.
func pick[T any](from map[int64]T, id int64) (*T, bool) {
	v, ok := from[id]
	if !ok {
		return nil, false
	}
	return &v, true
}
