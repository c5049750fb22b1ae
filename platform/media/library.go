package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// Times of the trash.
const (
	// claimWithin is how long a new file waits for its row before it counts as forgotten. It is far
	// above putTimeout and above what the clocks of two instances may differ by.
	claimWithin = 15 * time.Minute
	putTimeout  = time.Minute
	// maxPuts is how many uploads may wait for the store. It is far below the requests that are served
	// at once, so that a store that hangs leaves room for those that need none.
	maxPuts = 64
)

// Library ties the store to the database. Every image that no row names has a row in the table
// media_trash, from before its first file is written until after its last one is gone; so whatever
// stops the process in between, the sweeper of [Library.Run] finds it. Which files an image has its
// key says ([Files]).
type Library struct {
	db    *database.DB
	store Store
	clock func() time.Time
	log   *slog.Logger

	gate     *gate
	apart    []string      // see DecodeApart
	here     int           // pixels that an image may have to be decoded in this process, whatever apart is
	puts     chan struct{} // holds one for each upload to the store that is under way
	counters counters
	pending  chan Trash // what may go at once; when it is full the sweeper gets it
	every    time.Duration
}

// NewLibrary returns a library over a migrated database. Files go once [Library.Run] runs.
func NewLibrary(db *database.DB, store Store, clock func() time.Time, log *slog.Logger) *Library {
	return &Library{
		db: db, store: store, clock: clock, log: log,
		gate: newGate(), here: apartPixels, puts: make(chan struct{}, maxPuts), pending: make(chan Trash, pendingRemovals), every: sweepEvery,
	}
}

// Decode turns an upload into a picture for a folder, with its smaller copies; it is the only way to
// get one. JPEG becomes JPEG, PNG and the first frame of a GIF become PNG. Errors match [ErrUnsupportedImage], [ErrImageTooLarge],
// apperr.ErrBusy when too much is being decoded already, or ctx's.
func (l *Library) Decode(ctx context.Context, folder Folder, u Upload) (*Picture, error) {
	c, err := inspect(u)
	if err != nil {
		l.counters.failed(err)
		return nil, err
	}
	leave, err := l.gate.enter(ctx, u.By, c.size.X*c.size.Y)
	if err != nil {
		l.counters.failed(err)
		return nil, err
	}
	defer leave()
	start := time.Now()
	p, err := l.render(ctx, c, folder)
	l.counters.decodeTime.Add(int64(time.Since(start)))
	if err != nil {
		l.counters.failed(err)
		return nil, err
	}
	l.counters.decoded.Add(1)
	return p, nil
}

// DecodeApart has images of more than a few pixels decoded by a command, which is given the folder as its last argument
// and calls [RenderApart] with what it reads and writes. It is called before anything is decoded. Without it, and where no
// process can be started, every image is decoded in this one.
func (l *Library) DecodeApart(command ...string) { l.apart = command }

// render makes a picture, here or apart.
func (l *Library) render(ctx context.Context, c *candidate, folder Folder) (*Picture, error) {
	pixels := c.size.X * c.size.Y
	if len(l.apart) > 0 && pixels > l.here {
		p, err := l.renderApart(ctx, c, folder)
		if !errors.Is(err, errNoProcess) {
			return p, err
		}
		l.log.Warn("a large image is decoded in the process that serves", "error", err)
	}
	if pixels > largePixels {
		// Hundreds of megabytes of garbage may be left, and the next large image would come on top of them, and of the
		// heap that the collector allows once it has seen them: eight at once took a gigabyte.
		defer debug.FreeOSMemory()
	}
	return c.render(folder)
}

// Attach stores pic with its copies and runs write in a transaction, with the key that the row is to
// name; for a nil pic that is "". When write or the commit fails the files go, too. The error is write's own,
// or matches apperr.ErrUnavailable while the store is down, and apperr.ErrBusy while many wait for it.
// It opens its transactions itself: ctx must not carry one, or a crash could leave the file behind.
// write may run more than once, as with [database.DB.Tx].
func (l *Library) Attach(ctx context.Context, pic *Picture, write func(tx *gorm.DB, key string) error) error {
	if pic == nil {
		return l.db.Tx(ctx, func(tx *gorm.DB) error { return write(tx, "") })
	}
	file, err := l.put(ctx, pic)
	if err != nil {
		l.counters.storeFailed.Add(1)
		return err
	}
	failpoint.Reach("file-before-row")
	err = l.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := claim(tx, file); err != nil {
			return err
		}
		return write(tx, file.Key)
	})
	if err != nil {
		l.disown(ctx, file, err)
		return err
	}
	l.counters.stored.Add(1)
	return nil
}

// put announces the image in the trash, then writes its copies and itself. A failed write may still
// arrive at a slow store after it was given up, so its row stays until it is due.
func (l *Library) put(ctx context.Context, pic *Picture) (Trash, error) {
	select {
	case l.puts <- struct{}{}:
		defer func() { <-l.puts }()
	default:
		return Trash{}, fmt.Errorf("store image: %w", apperr.ErrBusy.After(retryAfter))
	}
	n := newName(pic)
	file := Trash{Key: n.key(), DueAt: database.Time(l.clock().Add(claimWithin))}
	err := l.db.Tx(ctx, func(tx *gorm.DB) error { return tx.Create(&file).Error })
	if err != nil {
		return Trash{}, fmt.Errorf("announce image: %w", err)
	}
	if err := l.putFiles(ctx, n, pic); err != nil {
		l.announceAgain(ctx, file) // a sweeper may have been there between two of the files
		return Trash{}, err
	}
	return file, nil
}

func (l *Library) putFiles(ctx context.Context, n name, pic *Picture) error {
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	for _, c := range pic.copies {
		if err := l.store.Put(ctx, n.copyKey(c.width), contentTypes[copyExt(n.opaque)], c.data); err != nil {
			return fmt.Errorf("store copy of image: %w", err)
		}
	}
	if err := l.store.Put(ctx, n.key(), pic.ContentType(), pic.data); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	return nil
}

// Discard is called in the transaction that drops the names of files: a row deleted, an image
// replaced. The files go after the commit, and stay when it is rolled back; it never waits for the
// store. Empty keys are ignored.
func (l *Library) Discard(tx *gorm.DB, keys ...string) error {
	files := l.trash(keys)
	if len(files) == 0 {
		return nil
	}
	if err := discard(tx, files); err != nil {
		return fmt.Errorf("discard images: %w", err)
	}
	database.AfterCommit(tx, func() { l.removeSoon(files...) })
	return nil
}

// URL is where a client fetches the image; "" for "".
func (l *Library) URL(key string) string { return l.store.URL(key) }

// URLOrNil is URL for a response, where no image is null.
func (l *Library) URLOrNil(key string) *string {
	if u := l.store.URL(key); u != "" {
		return &u
	}
	return nil
}
