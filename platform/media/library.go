package media

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
	"github.com/cinecircle/cinecircle/platform/picture"
)

const (
	// claimTimeout is how long a new file waits for its row before it counts as abandoned. It is far above putTimeout and
	// above the difference between the clocks of two instances.
	claimTimeout = 15 * time.Minute
	putTimeout   = 10 * time.Second // for all files of an image together, retries included
	// maxUploads is how many uploads may wait for the store at once. It is far below the number of requests in flight, so
	// that a store that hangs does not block requests that do not need it.
	maxUploads = 64
)

// Library ties a store to the database. Every image that no row names has a row in the table media_trash, from before its
// first file is written until after its last file is removed. Wherever a crash happens, the sweeper of [Library.Run] finds
// what is left.
type Library struct {
	db    *database.DB
	store Store
	clock func() time.Time
	log   *slog.Logger

	uploads    chan struct{} // semaphore: holds one element for each upload to the store in flight
	removals   chan Trash    // what may be removed at once; when it is full, the sweeper removes the rest
	moves      chan string   // likewise images to hide or to bring back
	sweepEvery time.Duration
	putTimeout time.Duration
	counters   counters
}

// NewLibrary returns a library over a migrated database. Files are removed only while [Library.Run] runs.
func NewLibrary(db *database.DB, store Store, clock func() time.Time, log *slog.Logger) *Library {
	return &Library{
		db: db, store: store, clock: clock, log: log,
		uploads: make(chan struct{}, maxUploads), removals: make(chan Trash, maxRemovals),
		moves: make(chan string, maxRemovals), sweepEvery: sweepInterval,
		putTimeout: putTimeout,
	}
}

// Attach stores a picture with its copies and then runs write in a transaction, with the key that the row must name; for
// a nil picture that is "". When write or the commit fails, the files are removed. The error is that of write, or matches
// apperr.ErrUnavailable when the store is down, or apperr.ErrBusy when too many uploads wait for it.
//
// Attach opens its own transactions: ctx must not carry one, or a crash could leave the file behind. Like the function
// given to [database.DB.Tx], write may run more than once.
func (l *Library) Attach(ctx context.Context, pic *picture.Picture, write func(tx *gorm.DB, key string) error) error {
	if pic == nil {
		return l.db.Tx(ctx, func(tx *gorm.DB) error { return write(tx, "") })
	}
	stored, err := l.Store(ctx, pic)
	if err != nil {
		return err
	}
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		key, err := stored.Claim(tx)
		if err != nil {
			return err
		}
		return write(tx, key)
	})
	if err != nil {
		stored.Drop(ctx, err)
	}
	return err
}

// Stored is an image whose files are there and which no row names yet.
type Stored struct {
	library *Library
	file    Trash
}

// Store is the first half of [Library.Attach], for a transaction that does more: the picture is stored, and removed in a
// quarter of an hour unless [Stored.Claim] is committed until then. The caller must call [Stored.Drop] otherwise.
func (l *Library) Store(ctx context.Context, pic *picture.Picture) (*Stored, error) {
	file, err := l.put(ctx, pic)
	if err != nil {
		l.counters.storeFailed.Add(1)
		return nil, err
	}
	failpoint.Reach("file-before-row")
	return &Stored{library: l, file: file}, nil
}

// Claim returns the key that a row must name in the same transaction. It fails when the time of the image is over.
func (s *Stored) Claim(tx *gorm.DB) (key string, err error) {
	if err := claim(tx, s.file); err != nil {
		return "", err
	}
	database.AfterCommit(tx, func() { s.library.counters.stored.Add(1) })
	return s.file.Key, nil
}

// Drop removes an image that was not claimed: because the transaction failed with an error, or did not want it, when that
// is nil.
func (s *Stored) Drop(ctx context.Context, err error) { s.library.abandon(ctx, s.file, err) }

// put enters the image in the trash and then writes its files. A write that failed may still arrive at a slow store later,
// so the row stays until it is due.
func (l *Library) put(ctx context.Context, pic *picture.Picture) (Trash, error) {
	select {
	case l.uploads <- struct{}{}:
		defer func() { <-l.uploads }()
	default:
		return Trash{}, fmt.Errorf("store image: %w", apperr.ErrBusy.After(retryAfter))
	}
	n := newName(pic)
	file := Trash{Key: n.key(), DueAt: database.Time(l.clock().Add(claimTimeout))}
	err := l.db.Tx(ctx, func(tx *gorm.DB) error { return tx.Create(&file).Error })
	if err != nil {
		return Trash{}, fmt.Errorf("announce image: %w", err)
	}
	if err := l.putFiles(ctx, n, pic); err != nil {
		l.announceAgain(ctx, file) // a sweeper may have run between two of the files
		return Trash{}, err
	}
	return file, nil
}

func (l *Library) putFiles(ctx context.Context, n name, pic *picture.Picture) error {
	// The store returns the cause when it runs out of time, see unavailable.
	ctx, cancel := context.WithTimeoutCause(ctx, l.putTimeout, fmt.Errorf("after %v: %w", l.putTimeout, apperr.ErrUnavailable.After(retryAfter)))
	defer cancel()
	for _, c := range pic.Copies() {
		if err := l.store.Put(ctx, n.copyKey(c.Width), contentTypes[picture.CopyExt(n.opaque)], c.Data); err != nil {
			return fmt.Errorf("store copy of image: %w", err)
		}
	}
	if err := l.store.Put(ctx, n.key(), contentTypes[n.ext], pic.Bytes()); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	return nil
}

// Discard removes images after the commit of tx, in which their rows were deleted or given other images. It does not wait
// for the store, and does nothing when tx is rolled back. Empty keys are ignored.
func (l *Library) Discard(tx *gorm.DB, keys ...string) error {
	files := l.trash(keys)
	if len(files) == 0 {
		return nil
	}
	if err := insertTrash(tx, files); err != nil {
		return fmt.Errorf("discard images: %w", err)
	}
	database.AfterCommit(tx, func() { l.removeSoon(files...) })
	return nil
}

// URL returns where a client fetches the image; "" for "".
func (l *Library) URL(key string) string { return l.store.URL(key) }

// URLOrNil is URL for responses, in which a missing image is null.
func (l *Library) URLOrNil(key string) *string {
	if u := l.store.URL(key); u != "" {
		return &u
	}
	return nil
}
