// Package idempotency lets clients repeat a POST without fear of doing it twice: the header Idempotency-Key of
// draft-ietf-httpapi-idempotency-key-header.
//
// A key belongs to one member and one request, and is kept for [Lifetime] with the response to it. [Keys.Do] claims
// the key in the database before the body is read, so that all instances know of it. The handler names the response
// with [Respond], and the service stores it with [Keep] in the transaction that makes what the response is about:
// whatever stops the process, there is either both or none. A claim is a lease, so a process that is killed before
// the commit blocks its key for [lease] only.
package idempotency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The headers.
const (
	Header   = "Idempotency-Key"
	Replayed = "Idempotency-Replayed" // "true" on a response that was given before
)

// Lifetime is how long a key is kept.
const Lifetime = 24 * time.Hour

const (
	maxKey     = 255
	lease      = time.Minute // longer than any write may take
	cleanEvery = time.Hour
	cleanBatch = 500
)

// The errors of this package.
var (
	ErrReused = apperr.New(apperr.Invalid, "idempotency_key_reused",
		"This Idempotency-Key was already used for another request.",
		"이 Idempotency-Key는 이미 다른 요청에 사용되었습니다.")
	ErrInUse = apperr.New(apperr.Conflict, "idempotency_key_in_use",
		"A request with this Idempotency-Key is still being handled.",
		"같은 Idempotency-Key를 쓴 요청을 아직 처리하고 있습니다.")

	errFormat = apperr.Validation(apperr.Field{Name: Header, Code: "format", Text: apperr.Text{
		EN: "This must be 1 to 255 visible ASCII characters.", KO: "공백 없는 ASCII 문자 1~255자여야 합니다.",
	}})
)

// Key is a row: a key of a member, with the response once there is one.
type Key struct {
	ID          int64     `gorm:"primaryKey;autoIncrement"`
	UserID      int64     `gorm:"not null;uniqueIndex:idx_idempotency_keys_user_key,priority:1"`
	Key         string    `gorm:"column:idempotency_key;size:255;not null;uniqueIndex:idx_idempotency_keys_user_key,priority:2"`
	Token       int64     `gorm:"not null"`             // of the request that has claimed the key
	LeaseUntil  time.Time `gorm:"not null;precision:6"` // until when that request may run
	Fingerprint string    `gorm:"size:64;not null"`     // of the request, "" while it runs
	Status      int64     `gorm:"not null"`             // of the response, 0 while the request runs
	Location    string    `gorm:"size:255;not null"`
	Language    string    `gorm:"size:2;not null"` // Content-Language, "" for none
	Body        string    `gorm:"type:mediumtext;not null"`
	CreatedAt   time.Time `gorm:"not null;precision:6;index:idx_idempotency_keys_created"`
}

// TableName returns the name of the table.
func (Key) TableName() string { return "idempotency_keys" }

// Keys are the keys of all members. It is safe for concurrent use.
type Keys struct {
	db    *database.DB
	clock func() time.Time
	log   *slog.Logger
}

// New returns the keys in db.
func New(db *database.DB, clock func() time.Time, log *slog.Logger) *Keys {
	return &Keys{db: db, clock: clock, log: log}
}

func (k *Keys) now() time.Time { return database.Time(k.clock()) }

// claim is a key that this request has, in the context of the request.
type claim struct {
	id, token   int64
	fingerprint string
	respond     func(made any) (status int, location string, body any)
	kept        bool // the response is stored
}

type claimKey struct{}

// Do calls next unless the request has a key whose response is stored; then it writes that one. It returns
// validation_failed for a malformed key, [ErrInUse], [ErrReused], and the errors of next. The caller is signed in.
func (k *Keys) Do(c *gin.Context, next web.Handler) error {
	sent := c.Request.Header.Values(Header)
	if len(sent) == 0 {
		return next(c)
	}
	if len(sent) > 1 || !valid(sent[0]) {
		return errFormat
	}
	ctx := c.Request.Context()
	row, stored, err := k.claim(ctx, auth.MustViewer(c).UserID, sent[0])
	if err != nil {
		return err
	}
	if stored {
		return replay(c, row)
	}
	mine := &claim{id: row.ID, token: row.Token}
	defer func() {
		if !mine.kept {
			k.release(ctx, mine)
		}
	}()
	if mine.fingerprint, err = web.Receive(c); err != nil {
		return err
	}
	c.Request = c.Request.WithContext(context.WithValue(ctx, claimKey{}, mine))
	if err = next(c); err == nil || mine.kept {
		return err
	}
	if e := web.Explain(c, err); mayKeep(e) {
		err = errors.Join(err, k.keepProblem(ctx, c, mine, e))
	} else if errors.Is(e, apperr.ErrOutcomeUnknown) { // with the key the request may be repeated, once its claim has ended
		err = fmt.Errorf("%w: %w", e.After(lease), err)
	}
	return err
}

// valid reports whether a key is 1 to 255 visible ASCII characters.
func valid(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) >= 1 && len(key) <= maxKey
}

// mayKeep reports whether the same request would get the same error again.
func mayKeep(e *apperr.Error) bool {
	switch e.Kind {
	case apperr.Unauthorized, apperr.TooMany, apperr.Internal, apperr.Unavailable:
		return false
	}
	return !errors.Is(e, ErrInUse)
}

// claim returns the row of a key, and whether the response is stored in it. If it is not, the row is claimed for this
// request.
func (k *Keys) claim(ctx context.Context, userID int64, key string) (row Key, stored bool, err error) {
	for range 3 { // another request may claim or give back the key between two statements
		now := k.now()
		found := k.db.Reader(ctx).Where("user_id = ? AND idempotency_key = ?", userID, key).Limit(1).Find(&row)
		switch {
		case found.Error != nil:
			return Key{}, false, fmt.Errorf("look for an idempotency key: %w", found.Error)
		case found.RowsAffected == 0:
			row = Key{UserID: userID, Key: key}
		case row.Status == 0 && now.Before(row.LeaseUntil):
			return Key{}, false, ErrInUse
		case row.Status != 0 && now.Before(row.CreatedAt.Add(Lifetime)):
			return row, true, nil
		}
		mine, err := k.take(ctx, row, now)
		if err == nil {
			return mine, false, nil
		}
		if !errors.Is(err, errTaken) {
			return Key{}, false, err
		}
		row = Key{}
	}
	return Key{}, false, ErrInUse
}

// errTaken means that another request claimed the key first.
var errTaken = errors.New("the idempotency key is taken")

// take claims a row that was read, or a new one without an id.
func (k *Keys) take(ctx context.Context, read Key, now time.Time) (Key, error) {
	mine := Key{
		ID: read.ID, UserID: read.UserID, Key: read.Key, Token: rand.Int64(), LeaseUntil: now.Add(lease), CreatedAt: now,
	}
	err := k.db.Tx(ctx, func(tx *gorm.DB) error {
		if read.ID == 0 {
			mine.ID = 0 // Tx may run this again
			return tx.Create(&mine).Error
		}
		done := tx.Model(&Key{ID: read.ID}).Where("token = ?", read.Token).Select("*").Omit("id").UpdateColumns(&mine)
		if done.Error == nil && done.RowsAffected == 0 {
			return errTaken
		}
		return done.Error
	})
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return Key{}, errTaken
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return Key{}, auth.ErrUserGone
	case errors.Is(err, apperr.ErrOutcomeUnknown): // of the claim: the request has done nothing
		return Key{}, fmt.Errorf("claim an idempotency key: %w: %w", apperr.ErrUnavailable.After(lease), err)
	case err != nil && !errors.Is(err, errTaken):
		return Key{}, fmt.Errorf("claim an idempotency key: %w", err)
	}
	return mine, err
}

// release gives back a key whose request left no response. If that fails, the lease ends by itself.
func (k *Keys) release(ctx context.Context, mine *claim) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease)
	defer cancel()
	err := k.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Where("token = ? AND status = 0", mine.token).Delete(&Key{ID: mine.id}).Error
	})
	if err != nil {
		k.log.WarnContext(ctx, "an idempotency key was not released; it is free in a minute", "error", err)
	}
}

// keepProblem stores an error as the response.
func (k *Keys) keepProblem(ctx context.Context, c *gin.Context, mine *claim, e *apperr.Error) error {
	language, body, err := web.EncodeProblem(c, e)
	if err != nil {
		return err
	}
	return k.db.Tx(ctx, func(tx *gorm.DB) error {
		return mine.store(tx, Key{Status: int64(web.Status(e.Kind)), Language: language, Body: string(body)})
	})
}

// store stores the response in tx. It returns [ErrInUse] when the lease has ended and another request has the key.
func (m *claim) store(tx *gorm.DB, response Key) error {
	response.Fingerprint = m.fingerprint
	done := tx.Model(&Key{ID: m.id}).Where("token = ?", m.token).
		Select("fingerprint", "status", "location", "language", "body").UpdateColumns(&response)
	if done.Error != nil {
		return fmt.Errorf("keep a response: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("keep a response: %w", ErrInUse)
	}
	database.AfterCommit(tx, func() { m.kept = true })
	return nil
}

// Respond tells how a request that makes a T is answered: its status, the header Location, and the body, which is
// encoded as JSON. Without a key it does nothing.
func Respond[T any](c *gin.Context, respond func(made T) (status int, location string, body any)) {
	if mine := of(c.Request.Context()); mine != nil {
		mine.respond = func(made any) (int, string, any) { return respond(made.(T)) }
	}
}

// Keep stores the response about made, of the type that the handler gave to [Respond], in the transaction that makes
// it. Without a key it does nothing. The caller returns the error.
func Keep(tx *gorm.DB, made any) error {
	mine := of(tx.Statement.Context)
	if mine == nil || mine.respond == nil {
		return nil
	}
	status, location, body := mine.respond(made)
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	return mine.store(tx, Key{Status: int64(status), Location: location, Body: string(encoded)})
}

func of(ctx context.Context) *claim {
	mine, _ := ctx.Value(claimKey{}).(*claim)
	return mine
}

// replay writes the stored response, or returns [ErrReused] when this is another request.
func replay(c *gin.Context, row Key) error {
	fingerprint, err := web.Receive(c)
	if err != nil {
		return err
	}
	if fingerprint != row.Fingerprint {
		return ErrReused
	}
	c.Header(Replayed, "true")
	if row.Status >= http.StatusBadRequest {
		web.WriteProblem(c, int(row.Status), row.Language, []byte(row.Body))
		return nil
	}
	if row.Location != "" {
		c.Header("Location", row.Location)
	}
	web.Encoded(c, int(row.Status), []byte(row.Body))
	return nil
}

// ReleaseAll gives back the keys of requests that a process before this one did not finish. It is for a database that
// only one process serves.
func (k *Keys) ReleaseAll(ctx context.Context) error {
	return k.db.Tx(ctx, func(tx *gorm.DB) error { return tx.Where("status = 0").Delete(&Key{}).Error })
}

// Run deletes expired keys every hour until ctx ends.
func (k *Keys) Run(ctx context.Context) error {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		if err := k.Clean(ctx); err != nil && ctx.Err() == nil {
			k.log.WarnContext(ctx, "expired idempotency keys not deleted; the next hourly run tries again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Clean deletes the expired keys, a few in each transaction.
func (k *Keys) Clean(ctx context.Context) error {
	for {
		var ids []int64
		err := k.db.Reader(ctx).Model(&Key{}).Where("created_at <= ?", k.now().Add(-Lifetime)).
			Order("created_at").Limit(cleanBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		err = k.db.Tx(ctx, func(tx *gorm.DB) error {
			return tx.Where("id IN ? AND created_at <= ?", ids, k.now().Add(-Lifetime)).Delete(&Key{}).Error
		})
		if err != nil {
			return err
		}
	}
}
