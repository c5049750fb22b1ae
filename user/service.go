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
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/textindex"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Deps are the dependencies of a [Service]. All fields are required, unless it says otherwise.
type Deps struct {
	DB           *database.DB
	Hasher       *auth.Hasher
	Tokens       *auth.Tokens
	Pictures     *picture.Decoder
	Media        *media.Library
	Throttle     *limit.Throttle
	Origin       *web.Origin
	Clock        func() time.Time
	Log          *slog.Logger
	RefreshGrace time.Duration  // how long the previous refresh token stays valid after a refresh
	Zone         *time.Location // of the times in refusals; UTC without it
	Registration Registration   // open without it
	Mail         *mail.Outbox   // nil where no mail is sent
	NewFor       time.Duration  // how long an account is new, and has lower rates; 0: never
}

// Service implements accounts and sessions. It is safe for concurrent use once its hooks are registered.
type Service struct {
	db           *database.DB
	hasher       *auth.Hasher
	tokens       *auth.Tokens
	pictures     *picture.Decoder
	media        *media.Library
	throttle     *limit.Throttle
	origin       *web.Origin
	cookies      *auth.Cookies
	clock        func() time.Time
	log          *slog.Logger
	refreshGrace time.Duration
	index        *textindex.Index
	active       *database.Memo[sessionKey, activeSession]
	personal     *database.Memo[string, personalToken] // by the hashes of tokens
	relations    Relations
	registration Registration
	newFor       time.Duration
	reportCounts func(ctx context.Context, ids []int64) (map[int64]int64, error) // nil without reports
	zone         *time.Location
	mail         *mail.Outbox // nil where no mail is sent
	uses         uses         // of personal tokens
	community    string       // the UID of the community, "" before LoadIssuer

	onDelete        []func(tx *gorm.DB, userID int64) error
	onDeleteMovies  []func(ctx context.Context, userID int64, by auth.Viewer) error
	onDeleteLock    []func(ctx context.Context, userID int64) ([]int64, error)
	onSessionsEnded []func(userID int64, sessionIDs []int64)
	onAccountChange []func(tx *gorm.DB, userID int64, what AccountChange) error
}

// New returns a service without hooks.
func New(d Deps) *Service {
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	return &Service{
		mail: d.Mail,
		zone: d.Zone, registration: d.Registration, newFor: d.NewFor,
		db: d.DB, hasher: d.Hasher, tokens: d.Tokens, pictures: d.Pictures, media: d.Media, throttle: d.Throttle,
		origin: d.Origin, clock: d.Clock, log: d.Log,
		cookies: auth.NewCookies(d.Tokens, d.Origin), refreshGrace: d.RefreshGrace,
		index:    newIndex(d.DB, d.Log),
		active:   database.NewMemo[sessionKey, activeSession](d.DB, mostRemembered, readsOfActive),
		personal: database.NewMemo[string, personalToken](d.DB, mostRemembered, readsOfPersonal),
	}
}

// OnDelete registers fn to run in the transaction that deletes an account, while the row exists and is
// locked. If fn returns an error, the account is not deleted.
func (s *Service) OnDelete(fn func(tx *gorm.DB, userID int64) error) {
	s.onDelete = append(s.onDelete, fn)
}

// OnDeleteMovies registers fn for [Service.DeleteWithMovies]: it deletes the films that an account added, in the name of
// by. It is called without a transaction, and again in the one that deletes the account, which ctx then carries. If fn
// returns an error, the account is not deleted.
func (s *Service) OnDeleteMovies(fn func(ctx context.Context, userID int64, by auth.Viewer) error) {
	s.onDeleteMovies = append(s.onDeleteMovies, fn)
}

// OnDeleteLock registers fn, which returns the other accounts that a hook of [Service.OnDelete] changes. It is called before
// the transaction, which locks them together with the account that is deleted, in the order of their ids as everywhere.
func (s *Service) OnDeleteLock(fn func(ctx context.Context, userID int64) ([]int64, error)) {
	s.onDeleteLock = append(s.onDeleteLock, fn)
}

// OnSessionsEnded registers fn to be called with the sessions of an account that were ended, after the
// transaction is committed. Nil ids mean all sessions and personal tokens. Sessions that expire are not reported.
func (s *Service) OnSessionsEnded(fn func(userID int64, sessionIDs []int64)) {
	s.onSessionsEnded = append(s.onSessionsEnded, fn)
}

var (
	table   = database.TableOf[User]()
	columns = table.Columns()
	getUser = "SELECT " + columns + " FROM users WHERE id = ?"
)

// Get returns an account, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64) (User, error) {
	u, err := table.Scan(s.db.Row(ctx, getUser, id))
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	}
	if err != nil {
		return User{}, fmt.Errorf("load user %d: %w", id, err)
	}
	return u, nil
}

// ByIDs returns accounts by their ids. Accounts that do not exist are missing from the map.
func (s *Service) ByIDs(ctx context.Context, ids []int64) (map[int64]User, error) {
	out := make(map[int64]User, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	in, args := database.InList(ids)
	rows, err := database.Collect(s.db.Reader(ctx), table.Targets, len(ids), "SELECT "+columns+" FROM users WHERE id IN "+in, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d users: %w", len(ids), err)
	}
	for _, u := range rows {
		out[u.ID] = u
	}
	return out, nil
}

// Face is how an account is shown beside what it did.
type Face struct {
	ID           int64
	Username     string
	Admin        bool     // pages say so beside the name, because anybody may look like an admin otherwise
	ProfileImage string   // a storage key, see [Service.ImageURL] and [Service.Image]
	Language     Language // of the account's preferences
}

// Face returns the face of the account.
func (u User) Face() Face {
	return Face{ID: u.ID, Username: u.Username, Admin: u.Role == auth.RoleAdmin, ProfileImage: u.ProfileImage, Language: u.Preferences.Language}
}

// Faces returns the faces of accounts by their ids. Accounts that do not exist are missing from the map.
func (s *Service) Faces(ctx context.Context, ids []int64) (map[int64]Face, error) {
	out := make(map[int64]Face, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	in, args := database.InList(ids)
	var f Face
	query := "SELECT id, username, role = '" + string(auth.RoleAdmin) + "', profile_image, language FROM users WHERE id IN " + in
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		if err := row.Scan(&f.ID, &f.Username, &f.Admin, &f.ProfileImage, &f.Language); err != nil {
			return err
		}
		out[f.ID] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the faces of %d users: %w", len(ids), err)
	}
	return out, nil
}

// one returns the account that the condition selects by a unique column, or [ErrNotFound].
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

// now returns the current time in the precision of the database.
func (s *Service) now() time.Time { return database.Time(s.clock()) }
