package main

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

// The yardstick's statements: what the contract needs, and no more. They know the schema, so they
// change with the migrations.
const (
	movieColumns = `id, title, plot, cast_members, playtime, genre, poster_image, created_by, created_at, updated_at, like_count, dislike_count, review_count`
	selectMovie  = `SELECT ` + movieColumns + ` FROM movies WHERE id = ?`
	selectList   = `SELECT ` + movieColumns + ` FROM movies WHERE id > ? ORDER BY id LIMIT ?`
	selectSearch = `SELECT ` + movieColumns + ` FROM movies WHERE title_key LIKE '%' || ? || '%' AND id > ? ORDER BY id LIMIT ?`
	insertReview = `INSERT INTO reviews (user_id, movie_id, title, content, image, like_count, created_at, updated_at) VALUES (?, ?, ?, ?, '', 0, ?, ?)`
	countOfMovie = `UPDATE movies SET review_count = review_count + 1 WHERE id = ?`
	countOfUser  = `UPDATE users SET review_count = review_count + 1 WHERE id = ?`
)

// storedMovie is a film as the yardstick answers with it.
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

// store is the database/sql yardstick: prepared statements on pools that are set up as cinecircle's.
type store struct {
	db                  *database.DB
	writer              *sql.DB
	movie, list, search *sql.Stmt
	insert, film, user  *sql.Stmt
}

// openStore opens a file that has the schema already. Close it.
func openStore(ctx context.Context, file string) (*store, error) {
	db, err := database.Open(ctx, database.Config{Driver: database.SQLite, DSN: file})
	if err != nil {
		return nil, err
	}
	s := &store{db: db, writer: db.Pools()["writer"]}
	s.writer.SetMaxOpenConns(1) // two would only fight for the lock
	reader := db.Pools()["reader"]
	for _, p := range []struct {
		to   **sql.Stmt
		on   *sql.DB
		text string
	}{
		{&s.movie, reader, selectMovie},
		{&s.list, reader, selectList},
		{&s.search, reader, selectSearch},
		{&s.insert, s.writer, insertReview},
		{&s.film, s.writer, countOfMovie},
		{&s.user, s.writer, countOfUser},
	} {
		if *p.to, err = p.on.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // it lives as long as its pool
			return nil, errors.Join(fmt.Errorf("prepare %q: %w", p.text, err), db.Close())
		}
	}
	return s, nil
}

// Close closes the pools, and the statements with them.
func (s *store) Close() error { return s.db.Close() }

func (s *store) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /movies/{id}", answering(http.StatusOK, s.getMovie))
	mux.HandleFunc("GET /movies", answering(http.StatusOK, s.listMovies))
	mux.HandleFunc("POST /reviews", answering(http.StatusCreated, s.createReview))
}

// answering turns what a handler returns into JSON. Every error is a 500 with its text: nothing here
// is supposed to fail.
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

func (s *store) getMovie(r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, err
	}
	return scanMovie(s.movie.QueryRowContext(r.Context(), id))
}

func scanMovie(row interface{ Scan(...any) error }) (storedMovie, error) {
	var m storedMovie
	var cast []byte
	err := row.Scan(&m.ID, &m.Title, &m.Plot, &cast, &m.Playtime, &m.Genre, &m.Poster, &m.CreatedBy,
		&m.CreatedAt, &m.UpdatedAt, &m.LikeCount, &m.DislikeCount, &m.ReviewCount)
	m.Cast = cast
	return m, err
}

// listMovies takes limit, after (an id) and title.
func (s *store) listMovies(r *http.Request) (any, error) {
	q := r.URL.Query()
	limit, err := strconv.ParseInt(q.Get("limit"), 10, 64)
	if err != nil {
		return nil, err
	}
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // none is 0, before every film
	rows, err := s.queryMovies(r.Context(), q.Get("title"), after, limit+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close() // Err below says what went wrong
	found := make([]storedMovie, 0, limit+1)
	for rows.Next() {
		m, err := scanMovie(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found[:min(int64(len(found)), limit)], rows.Err()
}

func (s *store) queryMovies(ctx context.Context, title string, after, limit int64) (*sql.Rows, error) {
	if title == "" {
		return s.list.QueryContext(ctx, after, limit)
	}
	return s.search.QueryContext(ctx, title, after, limit)
}
