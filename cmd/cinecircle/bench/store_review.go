package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// storedReview is a review as the yardstick answers with it.
type storedReview struct {
	ID        int64     `json:"id"`
	UserID    int64     `json:"user_id"`
	MovieID   int64     `json:"movie_id"`
	Title     string    `json:"title"`
	Content   string    `json:"content"`
	CreatedAt time.Time `json:"created_at"`
}

// createReview reads the form, believes the header that says who is asking, and writes the review
// and the two counters in one transaction.
func (s *store) createReview(r *http.Request) (any, error) {
	user, err1 := strconv.ParseInt(r.Header.Get(headerMember), 10, 64)
	movie, err2 := strconv.ParseInt(r.PostFormValue("movie_id"), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	review := storedReview{
		UserID: user, MovieID: movie, CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
		Title: r.PostFormValue("title"), Content: r.PostFormValue("content"),
	}
	return review, s.save(r.Context(), &review)
}

func (s *store) save(ctx context.Context, r *storedReview) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := s.write(ctx, tx, r); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (s *store) write(ctx context.Context, tx *sql.Tx, r *storedReview) error {
	//nolint:sqlclosecheck // the transaction closes what it makes of a statement
	result, err := tx.StmtContext(ctx, s.insert).ExecContext(ctx, r.UserID, r.MovieID, r.Title, r.Content, r.CreatedAt, r.CreatedAt)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	if r.ID, err = result.LastInsertId(); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	_, err1 := tx.StmtContext(ctx, s.film).ExecContext(ctx, r.MovieID) //nolint:sqlclosecheck // as above
	_, err2 := tx.StmtContext(ctx, s.user).ExecContext(ctx, r.UserID)  //nolint:sqlclosecheck // as above
	return errors.Join(err1, err2)
}
