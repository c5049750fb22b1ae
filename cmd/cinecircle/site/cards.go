package site

import (
	"context"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// filmCard is a film in a list.
type filmCard struct {
	ID                     int64
	Title, Genre           string
	Playtime               int64
	Likes, Reviews         int64
	Poster                 picture
	Plot                   string
	Deletable, CountsShown bool
}

func (s *Site) filmCards(rows []movie.Movie) []filmCard {
	out := make([]filmCard, len(rows))
	for i, m := range rows {
		out[i] = s.filmCard(m)
	}
	return out
}

func (s *Site) filmCard(m movie.Movie) filmCard {
	return filmCard{
		ID: m.ID, Title: m.Title, Genre: m.Genre, Playtime: m.Playtime, Likes: m.LikeCount, Reviews: m.ReviewCount,
		Poster: s.poster(m), Plot: m.Plot,
	}
}

// reviewCard is a review as a list or its own page shows it.
type reviewCard struct {
	ID, AuthorID, FilmID int64
	Title, Content       string
	Author, Film         string
	Avatar, Poster       picture
	Image                picture
	Likes                int64
	Liked, Own           bool
	Editable             bool // the visitor wrote it
	Deletable            bool // or is an admin
	CreatedAt, UpdatedAt time.Time
	Edited               bool
}

// reviewCards gathers the authors' faces and the films' posters in one query each.
func (s *Site) reviewCards(v *visit, rows []review.Shown) ([]reviewCard, error) {
	authors, films, err := s.around(v.Request.Context(), rows)
	if err != nil {
		return nil, err
	}
	out := make([]reviewCard, len(rows))
	for i, r := range rows {
		out[i] = s.reviewCard(v, r, authors[r.UserID], films[r.MovieID])
	}
	return out, nil
}

func (s *Site) around(ctx context.Context, rows []review.Shown) (map[int64]user.User, map[int64]movie.Movie, error) {
	authorIDs, filmIDs := make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		authorIDs[i], filmIDs[i] = r.UserID, r.MovieID
	}
	authors, err := s.Users.ByIDs(ctx, authorIDs)
	if err != nil {
		return nil, nil, err
	}
	films, err := s.Movies.ByIDs(ctx, filmIDs)
	return authors, films, err
}

func (s *Site) reviewCard(v *visit, r review.Shown, author user.User, film movie.Movie) reviewCard {
	own := v.viewer.UserID != 0 && v.viewer.UserID == r.UserID
	return reviewCard{
		ID: r.ID, AuthorID: r.UserID, FilmID: r.MovieID, Title: r.Title, Content: r.Content,
		Author: r.Username, Film: r.MovieTitle, Avatar: s.avatar(author), Poster: s.poster(film), Image: s.reviewImage(r.Review),
		Likes: r.LikeCount, Liked: r.Liked != nil && *r.Liked, Own: own, Editable: own, Deletable: v.viewer.MayEdit(r.UserID),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Edited: r.UpdatedAt.Sub(r.CreatedAt) > time.Minute,
	}
}

// memberCard is a member in a list.
type memberCard struct {
	ID                 int64
	Name               string
	Avatar             picture
	Followers, Reviews int64
	Following          bool // the visitor follows them
	Self               bool
	Followable         bool // by the visitor, who is somebody else
	Admin              bool
	CreatedAt          time.Time
}

// memberCards says of each member whether the visitor follows them.
func (s *Site) memberCards(v *visit, rows []user.User) ([]memberCard, error) {
	ids := make([]int64, len(rows))
	for i, u := range rows {
		ids[i] = u.ID
	}
	followed := map[int64]bool{}
	if v.viewer.UserID != 0 {
		var err error
		if followed, err = s.Follows.FollowedBy(v.Request.Context(), v.viewer.UserID, ids); err != nil {
			return nil, err
		}
	}
	out := make([]memberCard, len(rows))
	for i, u := range rows {
		out[i] = memberCard{
			ID: u.ID, Name: u.Username, Avatar: s.avatar(u), Followers: u.FollowerCount, Reviews: u.ReviewCount,
			Following: followed[u.ID], Self: u.ID == v.viewer.UserID, Followable: v.viewer.UserID != 0 && u.ID != v.viewer.UserID, Admin: u.Role == "admin", CreatedAt: u.CreatedAt,
		}
	}
	return out, nil
}
