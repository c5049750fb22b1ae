package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// Opened are the files of an import of the command line. It must be closed.
type Opened struct {
	*history.Source
	files  []*tabular.Files
	names  []string
	images string // the name of the first archive with images, "" without one
}

// Close implements [io.Closer].
func (o *Opened) Close() error {
	all := []error{o.Source.Close()}
	for _, f := range o.files {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}

// Open opens files or folders of one format, and says by its fields what they are. It returns history.ErrUnknown and
// [ErrUnreadable].
func (s *Service) Open(names []string, o Options) (*Opened, error) {
	encoding, err := parseEncoding(o.Encoding)
	if err != nil {
		return nil, err
	}
	opening := history.Options{Format: o.Format, Encoding: encoding, Zone: s.zone}
	out := &Opened{Source: &history.Source{}, names: names}
	var files []*tabular.File
	for _, name := range names {
		f, err := tabular.Open(name, opening.Tabular())
		if err != nil {
			return nil, errors.Join(readable(err, o.Format), out.Close())
		}
		if out.images == "" && slices.ContainsFunc(f.List, func(f *tabular.File) bool { return f.Attached }) {
			out.images = name
		}
		out.files, files = append(out.files, f), append(files, f.List...)
	}
	source, err := history.Open(files, opening)
	if err != nil {
		return nil, errors.Join(readable(err, o.Format), out.Close())
	}
	out.Source = source
	return out, nil
}

// Load imports files for a member at once: it is [Service.Start] and [Service.Confirm] for the command line, also while the
// service runs. It calls show with the import after each stage. A dry run is discarded after the first; see [Service.Rows]
// for its rows while show runs. What a process that was killed has left of another import is finished first. Load returns
// [ErrRunning], and the errors of reading.
func (s *Service) Load(ctx context.Context, userID int64, from *Opened, o Options, dryRun bool, show func(Import) error) error {
	if err := s.finishInterrupted(ctx, userID); err != nil {
		return err
	}
	imp, err := s.hire(ctx, userID, from, o)
	if err != nil {
		return err
	}
	stop := s.keepLease(ctx, imp)
	err = s.keepAndRead(ctx, imp, from)
	if stop(); err != nil {
		return errors.Join(err, s.fail(context.WithoutCancel(ctx), imp, err))
	}
	if imp, err = s.Get(ctx, userID, imp.ID); err != nil {
		return err
	}
	if err := show(imp); err != nil {
		return err
	}
	if dryRun {
		if err := s.Remove(ctx, userID, imp.ID); err != nil {
			return err
		}
		return s.workUntil(ctx, imp, func() (bool, error) {
			_, err := s.Get(ctx, userID, imp.ID)
			return errors.Is(err, ErrNotFound), nil
		})
	}
	if _, err := s.Confirm(ctx, userID, imp.ID); err != nil {
		return err
	}
	err = s.workUntil(ctx, imp, func() (bool, error) {
		imp, err = s.Get(ctx, userID, imp.ID)
		return imp.Status == Done || imp.Status == Failed, err
	})
	if err != nil {
		return err
	}
	return show(imp)
}

// finishInterrupted works on an import of a member whose worker is gone, as a service that starts does. It waits until the lease of
// the worker ends, and returns at once when that is renewed, or when the import waits for the member.
func (s *Service) finishInterrupted(ctx context.Context, userID int64) error {
	var until time.Time
	for {
		var found []Import
		err := s.db.Reader(ctx).Where("active_user_id = ? AND status <> ?", userID, Ready).Limit(1).Find(&found).Error
		if err != nil {
			return fmt.Errorf("look for an import of user %d: %w", userID, err)
		}
		if len(found) == 0 || !until.IsZero() && found[0].LeaseUntil.After(until) {
			return nil
		}
		until = found[0].LeaseUntil
		mine, free, err := s.claimThis(ctx, found[0].ID)
		if err == nil && free {
			until, err = time.Time{}, s.workOn(ctx, mine)
		}
		if err != nil {
			return err
		}
		if free {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// keepAndRead stores the archive with the images of an import, and reads it. Whoever applies the import may be another
// process.
func (s *Service) keepAndRead(ctx context.Context, imp Import, from *Opened) error {
	if from.images != "" {
		file, err := os.Open(from.images)
		if err != nil {
			return fmt.Errorf("open the file: %w", err)
		}
		if err = errors.Join(s.keep(ctx, imp, file), file.Close()); err != nil {
			return err
		}
	}
	return s.readFrom(ctx, imp, from.Source)
}

// keep stores the file of an import, each part in a transaction of its own.
func (s *Service) keep(ctx context.Context, mine Import, file io.Reader) error {
	part := make([]byte, chunkSize)
	for n := int64(1); ; n++ {
		size, err := io.ReadFull(file, part)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read the file of import %d: %w", mine.ID, err)
		}
		err = s.db.Tx(ctx, func(tx *gorm.DB) error {
			imp, err := s.hold(tx, mine)
			if err != nil {
				return err
			}
			if err := storePart(tx, imp.ID, n, part[:size]); err != nil {
				return err
			}
			return saveImport(tx, &imp)
		})
		if err != nil {
			return err
		}
	}
}

// hire begins an import that no other worker gets.
func (s *Service) hire(ctx context.Context, userID int64, from *Opened, o Options) (imp Import, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if imp, err = s.begin(tx, userID, filepath.Base(from.names[0]), from.Source, o); err != nil {
			return err
		}
		imp.LeaseToken, imp.LeaseUntil = rand.Int64(), s.now().Add(lease)
		return saveImport(tx, &imp)
	})
	return imp, orRunning(err)
}

// workUntil works on an import, unless another worker does, until done returns true.
func (s *Service) workUntil(ctx context.Context, imp Import, done func() (bool, error)) error {
	for {
		mine, found, err := s.claimThis(ctx, imp.ID)
		if err == nil && found {
			err = s.workOn(ctx, mine)
		}
		if err != nil {
			return err
		}
		if is, err := done(); err != nil || is {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// claimThis takes an import if no worker has it.
func (s *Service) claimThis(ctx context.Context, id int64) (imp Import, found bool, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if imp, err = take(database.ForUpdate(tx), id); err != nil {
			return err
		}
		switch {
		case imp.leased(s.now()):
			return errLost
		case imp.Status == Ready: // nobody has confirmed it for long
			imp.Status, imp.ActiveUserID = discarded, nil
		case imp.Status == Done, imp.Status == Failed, imp.Status == Undone:
			return errLost
		}
		imp.LeaseToken, imp.LeaseUntil = rand.Int64(), s.now().Add(lease)
		return saveImport(tx, &imp)
	})
	if errors.Is(err, errLost) || errors.Is(err, ErrNotFound) {
		return Import{}, false, nil
	}
	if err != nil {
		return Import{}, false, fmt.Errorf("claim import %d: %w", id, err)
	}
	return imp, true, nil
}
