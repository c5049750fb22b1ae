package yardstick

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/database"
)

// store answers requests with prepared statements.
type store struct {
	db     *database.DB
	writer *sql.DB

	movie, list, search             *sql.Stmt
	newest, liked                   *sql.Stmt
	reviews, followings, inbox      *sql.Stmt
	insertReview, addReview         *sql.Stmt
	addMemberReview                 *sql.Stmt
	like, insertLike, updateLike    *sql.Stmt
	author, addLikes                *sql.Stmt
	follow, insertFollow, setFollow *sql.Stmt
	addFollowers, addFollowings     *sql.Stmt
	number, seq, supersede, notify  *sql.Stmt
	insertState                     *sql.Stmt
}

// openStore opens a migrated database. Close it.
func openStore(ctx context.Context, on database.Config) (*store, error) {
	db, err := database.Open(ctx, on)
	if err != nil {
		return nil, err
	}
	s := &store{db: db, writer: db.Pools()["writer"]}
	reader := db.Pools()["reader"]
	if on.Driver == database.MySQL { // one pool reads and writes
		s.writer = db.Pools()["mysql"]
		reader = s.writer
	} else if err := s.copySettings(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := errors.Join(prepare(ctx, reader, s.reads()), prepare(ctx, s.writer, s.writes())); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// copySettings gives a connection of the pool that writes to SQLite the settings with which cinecircle writes. It leaves one
// connection in the pool, which suffices for the one write lock: Alone keeps the other.
func (s *store) copySettings(ctx context.Context) error {
	for _, pragma := range []string{"cache_size", "wal_autocheckpoint"} {
		var value int
		err := s.db.Alone(ctx, func(c *sql.Conn) error { return c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&value) })
		if err == nil {
			_, err = s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", pragma, value))
		}
		if err != nil {
			return fmt.Errorf("copy the setting %s: %w", pragma, err)
		}
	}
	return nil
}

func prepare(ctx context.Context, pool *sql.DB, statements map[**sql.Stmt]string) (err error) {
	for to, text := range statements {
		if *to, err = pool.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // closed with its pool
			return fmt.Errorf("prepare %q: %w", text, err)
		}
	}
	return nil
}

// Close closes the pools, and the statements with them.
func (s *store) Close() error { return s.db.Close() }

func (s *store) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /movies/{id}", answering(http.StatusOK, s.getMovie))
	mux.HandleFunc("GET /movies", answering(http.StatusOK, s.listMovies))
	mux.HandleFunc("GET /movies/{id}/reviews", answering(http.StatusOK, s.listReviews))
	mux.HandleFunc("GET /users/me/followings", answering(http.StatusOK, s.listFollowings))
	mux.HandleFunc("GET /notifications/inbox", answering(http.StatusOK, s.listInbox))
	mux.HandleFunc("GET /films", showing("films", s.filmsPage))
	mux.HandleFunc("GET /film/{id}", showing("film", s.filmPage))
	mux.HandleFunc("POST /reviews", answering(http.StatusCreated, s.createReview))
	mux.HandleFunc("POST /likes/reviews/{id}/like", answering(http.StatusOK, s.toggleLike(true)))
	mux.HandleFunc("POST /likes/reviews/{id}/unlike", answering(http.StatusOK, s.toggleLike(false)))
	mux.HandleFunc("POST /users/{id}/follow", answering(http.StatusOK, s.toggleFollow(true)))
	mux.HandleFunc("POST /users/{id}/unfollow", answering(http.StatusOK, s.toggleFollow(false)))
}

// answering writes the result of a handler as JSON. Every error is a 500 with its text, because no request of the
// benchmark should fail.
func answering(status int, h func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := h(r)
		var body []byte
		if err == nil {
			body, err = json.Marshal(v)
		}
		if err != nil {
			writeAnswer(w, http.StatusInternalServerError, []byte(err.Error()))
			return
		}
		writeAnswer(w, status, body)
	}
}

// caller returns the member of the request. The header is trusted.
func caller(r *http.Request) (int64, error) {
	return strconv.ParseInt(r.Header.Get(HeaderMember), 10, 64)
}

func pathID(r *http.Request) (int64, error) { return strconv.ParseInt(r.PathValue("id"), 10, 64) }

func limitOf(r *http.Request) (int, error) { return strconv.Atoi(r.URL.Query().Get("limit")) }
