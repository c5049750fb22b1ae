// Package export writes what a member has here as an archive to take along: in the format of package own, which an import
// takes back, or as CSV files that Letterboxd imports.
//
// It reads the rows of the member page by page and writes each page before the next, so that an archive of any size needs
// the same memory. It has what the member sees of their own, private and hidden things too, and of others only the names
// of members and of what the member has commented on, liked or followed. Passwords, tokens and sessions are in no archive.
// An archive is no snapshot: what changes while it is written may be in it as it was before or after.
package export

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// ErrRunning means that another export of the member has not ended yet.
var ErrRunning = apperr.New(apperr.Conflict, "export_running",
	"Another export of your data is still being downloaded.", "다른 내보내기 파일을 아직 내려받는 중입니다.")

// Format is the form of an archive.
type Format string

// The formats.
const (
	Cinecircle Format = "cinecircle"
	Letterboxd Format = "letterboxd"
)

// maxRunning is how many archives are written at once. Each needs a few hundred kilobytes, and an image of an S3 store.
const maxRunning = 16

// retryAfter is the Retry-After while maxRunning archives are written.
const retryAfter = 30 * time.Second

// Deps is what a Service needs. All fields are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Movies  *movie.Service
	Media   *media.Library
	Limiter limit.Limiter
	Rate    limit.Rate // of the exports of a member
	Clock   func() time.Time
	Zone    *time.Location
	Log     *slog.Logger
}

// Service writes archives. It is safe for concurrent use.
type Service struct {
	Deps

	mu      sync.Mutex
	running map[int64]bool // members; guarded by mu
}

// New returns a service.
func New(d Deps) *Service { return &Service{Deps: d, running: map[int64]bool{}} }

// Export is an archive that may be written. Its Close must be called.
type Export struct {
	s      *Service
	reader auth.Viewer
	member user.User
	format Format
}

// Begin prepares an archive for a member. It returns [ErrRunning], apperr.ErrTooMany above the rate of exports,
// apperr.ErrBusy while too many others are written, and auth.ErrUserGone when the account does not exist.
func (s *Service) Begin(ctx context.Context, reader auth.Viewer, f Format) (*Export, error) {
	if err := s.enter(reader.UserID); err != nil {
		return nil, err
	}
	e := &Export{s: s, reader: reader, format: f}
	err := e.admit(ctx)
	if err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (s *Service) enter(userID int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.running[userID]:
		return ErrRunning
	case len(s.running) >= maxRunning:
		return apperr.ErrBusy.After(retryAfter)
	}
	s.running[userID] = true
	return nil
}

// admit counts the export and loads the account.
func (e *Export) admit(ctx context.Context) (err error) {
	wait, err := limit.Allow(ctx, e.s.Limiter, fmt.Sprintf("export:user:%d", e.reader.UserID), e.s.Rate)
	if err != nil {
		return fmt.Errorf("count an export of user %d: %w", e.reader.UserID, err)
	}
	if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	e.member, err = e.s.Users.Get(ctx, e.reader.UserID)
	if err != nil {
		return auth.ErrUserGone
	}
	return nil
}

// Close ends the export.
func (e *Export) Close() {
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	delete(e.s.running, e.reader.UserID)
}

// Name returns the name of the file.
func (e *Export) Name() string {
	return fmt.Sprintf("%s-%s-%s.zip", e.format, e.member.Username, e.s.Clock().In(e.s.Zone).Format(time.DateOnly))
}

// Write writes the archive. After an error what was written is not a complete archive.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	a := &archive{Export: e, zip: zip.NewWriter(w), films: filmCache{s: e.s}}
	write := a.writeOwn
	if e.format == Letterboxd {
		write = a.writeLetterboxd
	}
	if err := write(ctx); err != nil {
		return fmt.Errorf("export user %d: %w", e.reader.UserID, err)
	}
	if err := a.zip.Close(); err != nil {
		return fmt.Errorf("end the export of user %d: %w", e.reader.UserID, err)
	}
	web.LogEvent(ctx, e.s.Log, slog.LevelInfo, "data_exported", e.reader.UserID, slog.String("format", string(e.format)))
	return nil
}

// archive is an archive that is being written.
type archive struct {
	*Export
	zip   *zip.Writer
	films filmCache

	listIDs []int64 // by their number in the archive, from 1
}

// create begins a file, which ends where the next one begins.
func (a *archive) create(name string, method uint16) (io.Writer, error) {
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: a.s.Clock().In(a.s.Zone)})
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", name, err)
	}
	return w, nil
}

// text writes a file of text.
func (a *archive) text(name, text string) error {
	w, err := a.create(name, zip.Deflate)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}
