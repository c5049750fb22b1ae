package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Snapshot is the target of a report as it was. It has those fields that the target has, by their names in the API.
type Snapshot struct {
	ID              int64     `json:"id" example:"5"`
	UserID          *int64    `json:"user_id,omitempty" example:"3" description:"The author of a review, comment or list, or who added a film."`
	Username        *string   `json:"username,omitempty" example:"고양이" description:"Of the author or the user."`
	MovieID         *int64    `json:"movie_id,omitempty" example:"7" description:"Of a review."`
	ReviewID        *int64    `json:"review_id,omitempty" example:"5" description:"Of a comment."`
	Title           *string   `json:"title,omitempty" example:"최고의 영화" description:"Of a review, film or list."`
	Content         *string   `json:"content,omitempty" example:"마지막 장면이 오래 남는다." description:"Of a review or comment."`
	Description     *string   `json:"description,omitempty" example:"비 오는 날" description:"Of a list."`
	Plot            *string   `json:"plot,omitempty" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"Of a film."`
	Bio             *string   `json:"bio,omitempty" example:"매주 극장에 갑니다." description:"Of a user."`
	Spoiler         *bool     `json:"spoiler,omitempty" example:"false" description:"Of a review or comment."`
	ReviewImageURL  *string   `json:"review_image_url,omitempty" example:"/media/reviews/images/5f0c.jpg" description:"It works while the review has the image."`
	PosterImageURL  *string   `json:"poster_image_url,omitempty" example:"/media/movies/poster_images/5f0c.jpg" description:"It works while the film has the poster."`
	ProfileImageURL *string   `json:"profile_image_url,omitempty" example:"/media/users/profile_images/5f0c.jpg" description:"Of a user. It works while the user has the image."`
	CreatedAt       time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00"`
	UpdatedAt       time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00"`
}

// target is what can be reported.
type target struct {
	author int64 // 0: nobody
	was    Snapshot
}

// notFound are the errors for targets that do not exist, or that a reader does not see.
var notFound = map[string]error{
	record.Review: review.ErrNotFound, record.Comment: comment.ErrNotFound, record.Movie: movie.ErrNotFound,
	record.List: list.ErrNotFound, record.User: user.ErrNotFound,
}

// target returns something that a reader sees, or the error in notFound.
func (s *Service) target(ctx context.Context, reader auth.Viewer, kind string, id int64) (target, error) {
	switch kind {
	case record.Review:
		return s.reviewTarget(ctx, reader, id)
	case record.Comment:
		return s.commentTarget(ctx, reader, id)
	case record.Movie:
		return s.movieTarget(ctx, reader, id)
	case record.List:
		return s.listTarget(ctx, reader, id)
	case record.User:
		return s.userTarget(ctx, reader, id)
	}
	return target{}, fmt.Errorf("moderation: no target type %q", kind)
}

func (s *Service) reviewTarget(ctx context.Context, reader auth.Viewer, id int64) (target, error) {
	r, err := s.reviews.Get(ctx, id, reader)
	if err != nil {
		return target{}, err
	}
	r.Reveal()
	t := target{r.UserID, Snapshot{
		ID: r.ID, UserID: &r.UserID, MovieID: &r.MovieID, Title: new(r.Title.Whole()), Content: new(r.Content.Whole()), Spoiler: &r.Spoiler,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}}
	if url := s.reviews.Image(r).URL; url != "" {
		t.was.ReviewImageURL = &url
	}
	return s.named(ctx, t)
}

func (s *Service) commentTarget(ctx context.Context, reader auth.Viewer, id int64) (target, error) {
	c, err := s.comments.Show(ctx, id, reader)
	if err == nil && c.Deleted() {
		err = comment.ErrNotFound
	}
	if err != nil {
		return target{}, err
	}
	return target{*c.UserID, Snapshot{
		ID: c.ID, UserID: c.UserID, Username: c.Username, ReviewID: &c.ReviewID, Content: new(c.Content.Whole()), Spoiler: &c.Spoiler,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}}, nil
}

func (s *Service) movieTarget(ctx context.Context, reader auth.Viewer, id int64) (target, error) {
	m, err := s.movies.GetFor(ctx, id, reader)
	if err != nil {
		return target{}, err
	}
	return s.named(ctx, target{m.Owner(), Snapshot{
		ID: m.ID, UserID: m.CreatedBy, Title: &m.Title, Plot: &m.Plot, PosterImageURL: s.movies.PosterURL(m),
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}})
}

func (s *Service) listTarget(ctx context.Context, reader auth.Viewer, id int64) (target, error) {
	l, err := s.lists.Get(ctx, id, reader)
	if err != nil {
		return target{}, err
	}
	return s.named(ctx, target{l.UserID, Snapshot{
		ID: l.ID, UserID: &l.UserID, Title: &l.Title, Description: &l.Description, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}})
}

func (s *Service) userTarget(ctx context.Context, reader auth.Viewer, id int64) (target, error) {
	u, err := s.users.Visible(ctx, reader, id)
	if err != nil {
		return target{}, err
	}
	return target{u.ID, Snapshot{
		ID: u.ID, Username: &u.Username, Bio: &u.Bio, ProfileImageURL: s.users.ImageURL(u.Face()), CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}}, nil
}

// named adds the name of the author.
func (s *Service) named(ctx context.Context, t target) (target, error) {
	if t.author == 0 {
		return t, nil
	}
	u, err := s.users.Get(ctx, t.author)
	if err == nil {
		t.was.Username = &u.Username
	}
	return t, err
}

// encode returns the snapshot as it is stored.
func (s Snapshot) encode() (string, error) {
	out, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode the snapshot of a target: %w", err)
	}
	return string(out), nil
}
