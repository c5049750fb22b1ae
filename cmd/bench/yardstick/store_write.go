package yardstick

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func (s *store) writes() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&s.insertReview:    `INSERT INTO reviews (user_id, movie_id, title, content, image, like_count, created_at, updated_at) VALUES (?, ?, ?, ?, '', 0, ?, ?)`,
		&s.addReview:       `UPDATE movies SET review_count = review_count + 1 WHERE id = ?`,
		&s.addMemberReview: `UPDATE users SET review_count = review_count + 1 WHERE id = ?`,

		&s.author:     `SELECT user_id FROM reviews WHERE id = ?`,
		&s.addLikes:   `UPDATE reviews SET like_count = like_count + ? WHERE id = ?`,
		&s.like:       `SELECT id, is_liked FROM review_likes WHERE user_id = ? AND review_id = ?`,
		&s.insertLike: `INSERT INTO review_likes (user_id, review_id, is_liked, created_at, updated_at) VALUES (?, ?, ?, ?, ?)`,
		&s.updateLike: `UPDATE review_likes SET is_liked = ?, updated_at = ? WHERE id = ?`,

		&s.follow:        `SELECT id, is_following FROM follows WHERE follower_id = ? AND following_id = ?`,
		&s.insertFollow:  `INSERT INTO follows (follower_id, following_id, is_following, followed_at) VALUES (?, ?, ?, ?)`,
		&s.setFollow:     `UPDATE follows SET is_following = ?, followed_at = ? WHERE id = ?`,
		&s.addFollowings: `UPDATE users SET following_count = following_count + ? WHERE id = ?`,
		&s.addFollowers:  `UPDATE users SET follower_count = follower_count + ? WHERE id = ?`,

		&s.number:      `UPDATE notification_states SET last_seq = last_seq + 1, unread_count = unread_count + 1 WHERE user_id = ?`,
		&s.insertState: `INSERT INTO notification_states (user_id, last_seq, unread_count) VALUES (?, 1, 1)`,
		&s.seq:         `SELECT last_seq FROM notification_states WHERE user_id = ?`,
		&s.supersede:   `UPDATE notifications SET read_at = ? WHERE user_id = ? AND type = ? AND actor_id = ? AND review_id = ? AND read_at IS NULL`,
		&s.notify:      `INSERT INTO notifications (user_id, seq, type, actor_id, review_id, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
	}
}

// writing is an open transaction. After an error its methods do nothing.
type writing struct {
	ctx context.Context //nolint:containedctx // as long as one request
	tx  *sql.Tx
	now time.Time
	err error
}

// write runs do in a transaction.
func (s *store) write(ctx context.Context, do func(*writing)) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w := &writing{ctx: ctx, tx: tx, now: time.Now().UTC().Truncate(time.Microsecond)}
	if do(w); w.err != nil {
		return errors.Join(w.err, tx.Rollback())
	}
	return tx.Commit()
}

// exec returns the id of a new row and how many rows are affected.
func (w *writing) exec(statement *sql.Stmt, args ...any) (id, affected int64) {
	if w.err != nil {
		return 0, 0
	}
	//nolint:sqlclosecheck // the transaction closes it
	result, err := w.tx.StmtContext(w.ctx, statement).ExecContext(w.ctx, args...)
	if err != nil {
		w.err = fmt.Errorf("write: %w", err)
		return 0, 0
	}
	id, err1 := result.LastInsertId()
	affected, err2 := result.RowsAffected()
	w.err = errors.Join(err1, err2)
	return id, affected
}

// find scans a row and reports whether there is one.
func (w *writing) find(statement *sql.Stmt, args []any, to ...any) bool {
	if w.err != nil {
		return false
	}
	//nolint:sqlclosecheck // the transaction closes it
	err := w.tx.StmtContext(w.ctx, statement).QueryRowContext(w.ctx, args...).Scan(to...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		w.err = fmt.Errorf("read: %w", err)
	}
	return err == nil
}

// createReview stores the review of a form and increments two counters.
func (s *store) createReview(r *http.Request) (any, error) {
	user, err1 := caller(r)
	movie, err2 := strconv.ParseInt(r.PostFormValue("movie_id"), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	v := storedReview{UserID: user, MovieID: movie, Title: r.PostFormValue("title"), Content: r.PostFormValue("content")}
	err := s.write(r.Context(), func(w *writing) {
		v.CreatedAt, v.UpdatedAt = w.now, w.now
		w.exec(s.addMemberReview, v.UserID)
		w.exec(s.addReview, v.MovieID)
		v.ID, _ = w.exec(s.insertReview, v.UserID, v.MovieID, v.Title, v.Content, w.now, w.now)
	})
	return v, err
}

// toggleLike sets the like of a review, updates the counter, and stores the notification of the author.
func (s *store) toggleLike(on bool) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		user, err1 := caller(r)
		review, err2 := pathID(r)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		id, author, was := int64(0), int64(0), false
		err := s.write(r.Context(), func(w *writing) {
			if !w.find(s.author, []any{review}, &author) {
				w.err = errors.Join(w.err, errors.New("the review does not exist"))
			}
			known := w.find(s.like, []any{user, review}, &id, &was)
			if was == on {
				return
			}
			w.exec(s.addLikes, delta(on), review)
			if known {
				w.exec(s.updateLike, on, w.now, id)
			} else {
				id, _ = w.exec(s.insertLike, user, review, on, w.now, w.now)
			}
			if on && author != user {
				s.storeNotification(w, author, "review_like", user, &review)
			}
		})
		return map[string]any{"id": id, "user_id": user, "review_id": review, "is_liked": on}, err
	}
}

// toggleFollow sets a follow, updates the counters of both members, and stores the notification.
func (s *store) toggleFollow(on bool) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		user, err1 := caller(r)
		other, err2 := pathID(r)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		id, was := int64(0), false
		err := s.write(r.Context(), func(w *writing) {
			known := w.find(s.follow, []any{user, other}, &id, &was)
			if was == on {
				return
			}
			w.exec(s.addFollowings, delta(on), user)
			w.exec(s.addFollowers, delta(on), other)
			if known {
				w.exec(s.setFollow, on, w.now, id)
			} else {
				w.exec(s.insertFollow, user, other, on, w.now)
			}
			if on {
				s.storeNotification(w, other, "follow", user, nil)
			}
		})
		return map[string]any{"follower_id": user, "following_id": other, "is_following": on}, err
	}
}

// storeNotification stores a notification with the next seq of a member.
func (s *store) storeNotification(w *writing, to int64, kind string, actor int64, review *int64) {
	if _, known := w.exec(s.number, to); known == 0 {
		w.exec(s.insertState, to)
	}
	var seq int64
	w.find(s.seq, []any{to}, &seq)
	w.exec(s.supersede, w.now, to, kind, actor, review)
	w.exec(s.notify, to, seq, kind, actor, review, w.now)
}

func delta(on bool) int {
	if on {
		return 1
	}
	return -1
}
