package yardstick

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// movieColumns must follow the migrations, like all statements of this package.
const movieColumns = `id, title, plot, cast_members, playtime, genre, poster_image, created_by, created_at, updated_at, like_count, dislike_count, review_count`

const reviewColumns = `r.id, r.user_id, r.movie_id, r.title, r.content, r.image, r.created_at, r.updated_at, r.like_count, u.username, m.title
	FROM reviews r JOIN users u ON u.id = r.user_id JOIN movies m ON m.id = r.movie_id`

func (s *store) reads() map[**sql.Stmt]string {
	limit := database.Limit(s.db.Driver())
	return map[**sql.Stmt]string{
		&s.movie:   `SELECT ` + movieColumns + ` FROM movies WHERE id = ?`,
		&s.list:    `SELECT ` + movieColumns + ` FROM movies WHERE id > ? ORDER BY id` + limit,
		&s.search:  `SELECT ` + movieColumns + ` FROM movies WHERE instr(title_key, ?) > 0 AND id > ? ORDER BY id` + limit,
		&s.newest:  `SELECT ` + movieColumns + ` FROM movies ORDER BY id DESC` + limit,
		&s.liked:   `SELECT ` + reviewColumns + ` WHERE r.movie_id = ? ORDER BY r.like_count DESC, r.id DESC` + limit,
		&s.reviews: `SELECT ` + reviewColumns + ` WHERE r.movie_id = ? ORDER BY r.id` + limit,
		&s.followings: `SELECT f.following_id, u.username, u.profile_image FROM follows f JOIN users u ON u.id = f.following_id
			WHERE f.follower_id = ? AND f.is_following = 1 ORDER BY f.followed_at DESC, f.id DESC` + limit,
		&s.inbox: `SELECT n.id, n.seq, n.type, n.review_id, n.created_at, n.read_at, u.id, u.username, u.profile_image
			FROM notifications n LEFT JOIN users u ON u.id = n.actor_id WHERE n.user_id = ? ORDER BY n.seq DESC` + limit,
	}
}

// storedMovie is a film in an answer.
type storedMovie struct {
	ID           int64           `json:"id"`
	Title        string          `json:"title"`
	Plot         string          `json:"plot"`
	Cast         json.RawMessage `json:"cast"`
	Playtime     int64           `json:"playtime"`
	Genre        string          `json:"genre"`
	Poster       string          `json:"poster_image_url"`
	CreatedBy    *int64          `json:"created_by"`
	CreatedAt    time.Time       `json:"created_at"`
	UpdatedAt    time.Time       `json:"updated_at"`
	LikeCount    int64           `json:"like_count"`
	DislikeCount int64           `json:"dislike_count"`
	ReviewCount  int64           `json:"review_count"`
}

type scanner interface{ Scan(to ...any) error }

func (m *storedMovie) scan(row scanner) error {
	var cast []byte
	err := row.Scan(&m.ID, &m.Title, &m.Plot, &cast, &m.Playtime, &m.Genre, &m.Poster, &m.CreatedBy,
		&m.CreatedAt, &m.UpdatedAt, &m.LikeCount, &m.DislikeCount, &m.ReviewCount)
	m.Cast = cast
	return err
}

func (s *store) getMovie(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	var m storedMovie
	return &m, m.scan(s.movie.QueryRowContext(r.Context(), id))
}

// listMovies takes limit, after (an id) and title.
func (s *store) listMovies(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // 0 without the parameter, before every film
	if title := q.Get("title"); title != "" {
		return collect[storedMovie](r.Context(), limit, s.search, title, after)
	}
	return collect[storedMovie](r.Context(), limit, s.list, after)
}

// storedReview is a review in an answer.
type storedReview struct {
	ID         int64     `json:"id"`
	UserID     int64     `json:"user_id"`
	MovieID    int64     `json:"movie_id"`
	Title      string    `json:"title"`
	Content    string    `json:"content"`
	Image      string    `json:"review_image_url"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
	LikeCount  int64     `json:"like_count"`
	Username   string    `json:"username"`
	MovieTitle string    `json:"movie_title"`
}

func (v *storedReview) scan(row scanner) error {
	return row.Scan(&v.ID, &v.UserID, &v.MovieID, &v.Title, &v.Content, &v.Image, &v.CreatedAt, &v.UpdatedAt, &v.LikeCount, &v.Username, &v.MovieTitle)
}

func (s *store) listReviews(r *http.Request) (any, error) {
	id, err1 := pathID(r)
	limit, err2 := limitOf(r)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return collect[storedReview](r.Context(), limit, s.reviews, id)
}

type storedFollowing struct {
	ID       int64  `json:"following_id"`
	Username string `json:"username"`
	Image    string `json:"profile_image_url"`
}

func (f *storedFollowing) scan(row scanner) error { return row.Scan(&f.ID, &f.Username, &f.Image) }

func (s *store) listFollowings(r *http.Request) (any, error) {
	member, err1 := caller(r)
	limit, err2 := limitOf(r)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return collect[storedFollowing](r.Context(), limit, s.followings, member)
}

type storedActor struct {
	ID       *int64  `json:"id"`
	Username *string `json:"username"`
	Image    *string `json:"profile_image_url"`
}

type storedNotification struct {
	ID        int64       `json:"id"`
	Seq       int64       `json:"seq"`
	Type      string      `json:"type"`
	Message   string      `json:"message"`
	Actor     storedActor `json:"actor"`
	ReviewID  *int64      `json:"review_id"`
	CreatedAt time.Time   `json:"created_at"`
	ReadAt    *time.Time  `json:"read_at"`
}

func (n *storedNotification) scan(row scanner) error {
	err := row.Scan(&n.ID, &n.Seq, &n.Type, &n.ReviewID, &n.CreatedAt, &n.ReadAt, &n.Actor.ID, &n.Actor.Username, &n.Actor.Image)
	if err == nil && n.Actor.Username != nil {
		n.Message = *n.Actor.Username + "님이 내 리뷰에 좋아요를 눌렀습니다!"
	}
	return err
}

func (s *store) listInbox(r *http.Request) (any, error) {
	member, err1 := caller(r)
	limit, err2 := limitOf(r)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return collect[storedNotification](r.Context(), limit, s.inbox, member)
}

// collect returns a page of rows. It queries one row more, as cinecircle must to know whether there is a next page.
func collect[T any, P interface {
	*T
	scan(row scanner) error
}](ctx context.Context, limit int, statement *sql.Stmt, args ...any) ([]T, error) {
	rows, err := statement.QueryContext(ctx, append(args, limit+1)...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close() // rows.Err has the error
	found := make([]T, 0, limit+1)
	for rows.Next() {
		var one T
		if err := P(&one).scan(rows); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		found = append(found, one)
	}
	return found[:min(len(found), limit)], rows.Err()
}
