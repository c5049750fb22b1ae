package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/textindex"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB           *database.DB
	Hasher       *auth.Hasher
	Tokens       *auth.Tokens
	Media        *media.Library
	Throttle     *limit.Throttle
	Edge         *web.Edge
	Clock        func() time.Time
	Log          *slog.Logger
	RefreshTTL   time.Duration // how long the cookies live, as the refresh tokens of Tokens do
	RefreshGrace time.Duration // how long the refresh token before the present one is still good
}

// Service holds the rules of accounts and sessions. Register what hangs on to it before it serves.
type Service struct {
	db           *database.DB
	hasher       *auth.Hasher
	tokens       *auth.Tokens
	media        *media.Library
	throttle     *limit.Throttle
	edge         *web.Edge
	clock        func() time.Time
	log          *slog.Logger
	refreshTTL   time.Duration
	refreshGrace time.Duration
	index        *textindex.Index

	onDelete        []func(tx *gorm.DB, userID int64) error
	onSessionsEnded []func(userID int64, sessionIDs []int64)
}

// New returns a service.
func New(d Deps) *Service {
	return &Service{
		db: d.DB, hasher: d.Hasher, tokens: d.Tokens, media: d.Media, throttle: d.Throttle,
		edge: d.Edge, clock: d.Clock, log: d.Log,
		refreshTTL: d.RefreshTTL, refreshGrace: d.RefreshGrace,
		index: newIndex(d.DB, d.Log),
	}
}

// OnDelete has fn run in the transaction that deletes an account, while its row is still there and
// locked. An error of fn keeps the account.
func (s *Service) OnDelete(fn func(tx *gorm.DB, userID int64) error) {
	s.onDelete = append(s.onDelete, fn)
}

// OnSessionsEnded has fn told which sessions of an account ended, once that can no longer be
// undone; nil ids mean all of them. Sessions that merely ran out are not told.
func (s *Service) OnSessionsEnded(fn func(userID int64, sessionIDs []int64)) {
	s.onSessionsEnded = append(s.onSessionsEnded, fn)
}

// columns are those of an account, and places where they go.
const columns = `id, username, username_key, password_hash, age, gender, role, profile_image, last_login,
	follower_count, following_count, review_count, created_at, updated_at`

func places(u *User) []any {
	return []any{
		&u.ID, &u.Username, &u.UsernameKey, &u.PasswordHash, &u.Age, &u.Gender, &u.Role, &u.ProfileImage, &u.LastLogin,
		&u.FollowerCount, &u.FollowingCount, &u.ReviewCount, &u.CreatedAt, &u.UpdatedAt,
	}
}

// Get returns the account, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64) (User, error) {
	var u User
	err := s.db.Row(ctx, "SELECT "+columns+" FROM users WHERE id = ?", id).Scan(places(&u)...)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	}
	if err != nil {
		return User{}, fmt.Errorf("load user %d: %w", id, err)
	}
	return u, nil
}

// ByIDs returns the accounts by id, without those that do not exist.
func (s *Service) ByIDs(ctx context.Context, ids []int64) (map[int64]User, error) {
	out := make(map[int64]User, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := database.Scan(s.db.Reader(ctx).Model(&User{}).Select(columns).Where("id IN ?", ids), places)
	if err != nil {
		return nil, fmt.Errorf("load %d users: %w", len(ids), err)
	}
	for _, u := range rows {
		out[u.ID] = u
	}
	return out, nil
}

// ImageURL returns where the profile image can be fetched, nil when there is none.
func (s *Service) ImageURL(u User) *string { return s.media.URLOrNil(u.ProfileImage) }

// Image returns the profile image in its sizes, the zero value when there is none.
func (s *Service) Image(u User) media.Shown { return s.media.Show(u.ProfileImage) }

// one returns the only account for which the condition holds, or [ErrNotFound].
func one(db *gorm.DB, condition string, value any) (User, error) {
	var u User
	err := db.Where(condition, value).Take(&u).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return User{}, ErrNotFound
	}
	if err != nil {
		return User{}, fmt.Errorf("load user: %w", err)
	}
	return u, nil
}

// now is the present moment as the database keeps it.
func (s *Service) now() time.Time { return database.Time(s.clock()) }
