package list

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB     *database.DB
	Users  *user.Service
	Movies *movie.Service
	Clock  func() time.Time
}

// Service holds the rules of lists. It is safe for concurrent use.
type Service struct {
	db     *database.DB
	users  *user.Service
	movies *movie.Service
	clock  func() time.Time
	likes  Likes // nil until UseLikes
}

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete and [Service.PurgeMovie] with
// movie.Service.OnDelete.
func New(d Deps) *Service {
	return &Service{db: d.DB, users: d.Users, movies: d.Movies, clock: d.Clock}
}

// UseLikes sets who knows the likes; without them nobody likes a list. Call it before the first request.
func (s *Service) UseLikes(l Likes) { s.likes = l }

// Draft is a list that is not stored yet. Its texts have been validated: they are trimmed, in NFC, and within their
// limits.
type Draft struct {
	UserID      int64 // the author
	Title       string
	Description string
	Ranked      bool
	IsPublic    bool
}

// Create stores an empty list and returns it as its author sees it. It returns auth.ErrUserGone when the author's
// account does not exist.
func (s *Service) Create(ctx context.Context, d Draft) (Shown, error) {
	now := database.Time(s.clock())
	var made Shown
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		id, err := s.insert(tx, d, now, d.IsPublic)
		if err != nil {
			return err
		}
		if made, _, err = s.shown(tx.Statement.Context, id); err != nil {
			return err
		}
		made.Liked = new(false)
		return idempotency.Keep(tx, made)
	})
	if errors.Is(err, user.ErrNotFound) || errors.Is(err, gorm.ErrForeignKeyViolated) {
		return Shown{}, auth.ErrUserGone
	}
	return made, err
}

// insert stores an empty list of a time, and its activity if it is announced.
func (s *Service) insert(tx *gorm.DB, d Draft, at time.Time, announce bool) (int64, error) {
	l := List{
		UserID: d.UserID, Title: d.Title, Description: d.Description, Ranked: d.Ranked, IsPublic: d.IsPublic,
		Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	if err := user.AddCounts(tx, d.UserID, user.Counts{Lists: l.counted()}); err != nil {
		return 0, err
	}
	id, err := table.Insert(tx, &l)
	if err != nil {
		return 0, fmt.Errorf("create list: %w", err)
	}
	if !announce {
		return id, nil
	}
	return id, activity.Record(tx, published(d.UserID, id, database.Time(s.clock())))
}

// Patch is a change of a list; nil fields stay unchanged. Its texts have been validated, as those of a [Draft].
type Patch struct {
	Title       *string
	Description *string
	Ranked      *bool
	IsPublic    *bool
}

// columns returns the columns of l that the patch changes.
func (p Patch) columns(l List) map[string]any {
	set := map[string]any{}
	if p.Title != nil && *p.Title != l.Title {
		set["title"] = *p.Title
	}
	if p.Description != nil && *p.Description != l.Description {
		set["description"] = *p.Description
	}
	if p.Ranked != nil && *p.Ranked != l.Ranked {
		set["ranked"] = *p.Ranked
	}
	if p.IsPublic != nil && *p.IsPublic != l.IsPublic {
		set["is_public"] = *p.IsPublic
	}
	return set
}

// Update changes a list and returns it as its author sees it, or [ErrNotFound]. A patch that equals the list changes
// nothing, not even updated_at.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (Shown, error) {
	return s.change(ctx, id, nothing, func(tx *gorm.DB, l List) error { return s.patch(tx, l, p) })
}

// patch changes a locked list.
func (s *Service) patch(tx *gorm.DB, l List, p Patch) error {
	set := p.columns(l)
	if len(set) == 0 {
		return nil
	}
	if _, moved := set["is_public"]; moved {
		after := l
		after.IsPublic = *p.IsPublic
		if err := user.AddCounts(tx, l.UserID, user.Counts{Lists: after.counted() - l.counted()}); err != nil {
			return err
		}
		if err := s.publish(tx, l, *p.IsPublic); err != nil {
			return err
		}
	}
	return s.touch(tx, l, set)
}

// publish records the activity of a list that is public for the first time. While the list is private nobody sees the
// activity, and it keeps its place.
func (s *Service) publish(tx *gorm.DB, l List, public bool) error {
	if !public {
		return nil
	}
	return activity.RecordOnce(tx, published(l.UserID, l.ID, s.clock()))
}

func published(userID, id int64, at time.Time) activity.Entry {
	return activity.Entry{UserID: userID, Type: activity.List, ObjectID: id, At: at}
}

// lockAuthor locks the account of the author of a list. It returns [ErrNotFound] when the list or the account, whose
// lists are deleted with it, does not exist.
func lockAuthor(tx *gorm.DB, id int64) error {
	l, err := take(tx, id) // the author never changes
	if err != nil {
		return err
	}
	if err := user.Lock(tx, l.UserID); errors.Is(err, user.ErrNotFound) {
		return ErrNotFound
	} else if err != nil {
		return err
	}
	return nil
}

// change calls fn with a locked list, and returns the list as its author sees it afterwards, or [ErrNotFound]. Before it
// locks the list it calls films, which locks films. It always locks the author, and before all: MySQL does so by itself,
// for the foreign key, when updated_at changes, because that is in an index that begins with the author.
func (s *Service) change(ctx context.Context, id int64, films func(tx *gorm.DB) error, fn func(tx *gorm.DB, l List) error) (Shown, error) {
	var after Shown
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockAuthor(tx, id); err != nil {
			return err
		}
		if err := films(tx); err != nil {
			return err
		}
		l, err := Lock(tx, id)
		if err != nil {
			return err
		}
		if err := fn(tx, l); err != nil {
			return err
		}
		after, _, err = s.shown(tx.Statement.Context, id)
		return err
	})
	if err != nil {
		return Shown{}, err
	}
	rows := []Shown{after}
	err = s.addLiked(ctx, rows, auth.Viewer{UserID: after.UserID})
	return rows[0], err
}

// touch sets columns of a locked list with its next version and the time of the change. It writes no other columns, so
// that it cannot undo concurrent changes of the like counter.
func (s *Service) touch(tx *gorm.DB, l List, set map[string]any) error {
	set["version"], set["updated_at"] = l.Version+1, database.Time(s.clock())
	if err := tx.Model(&List{}).Where("id = ?", l.ID).UpdateColumns(set).Error; err != nil {
		return fmt.Errorf("update list %d: %w", l.ID, err)
	}
	return nil
}
