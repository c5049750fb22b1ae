package transfer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

const (
	workers = 2 // imports that an instance works on at the same time
	// lease is for how long an import belongs to a worker that is silent. It is renewed three times as often, so that only
	// the work of a process that died is free after it. A worker that comes back later finds out at its next transaction.
	lease = 15 * time.Second
	// ahead is by how much clocks may differ. A lease that ends later is one of before the clock was set back.
	ahead    = 2 * time.Minute
	pollTime = 5 * time.Second // for the work of instances that are gone
	// forgetReady is after which time an import that nobody confirms is discarded.
	forgetReady = 30 * 24 * time.Hour
	cleanEvery  = time.Hour
)

// errLost means that another worker has the import now, or that it is gone.
var errLost = errors.New("the import belongs to another worker")

// Run works on imports until ctx ends: a few at the same time, each only here.
func (s *Service) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { s.loop(ctx) })
	}
	all.Go(func() { s.cleanLoop(ctx) })
	all.Wait()
	return nil
}

// workSoon makes a worker look for work.
func (s *Service) workSoon() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) loop(ctx context.Context) {
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		worked, err := s.Step(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "working on imports", "error", err)
		}
		if worked && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// Step works on one import, if there is one without a worker, until its next stage. It reports whether there was.
func (s *Service) Step(ctx context.Context) (bool, error) {
	imp, found, err := s.claim(ctx)
	if err != nil || !found {
		return false, err
	}
	return true, s.workOn(ctx, imp)
}

// workOn works on an import that is claimed. An import that cannot be worked on fails, unless that is the fault of the
// database or of the store of images: then another attempt is made later.
func (s *Service) workOn(ctx context.Context, imp Import) error {
	stop := s.keepLease(ctx, imp)
	err := s.stage(ctx, imp)
	stop()
	switch {
	case err == nil, errors.Is(err, errLost):
		return nil
	case ctx.Err() != nil:
		s.release(context.WithoutCancel(ctx), imp)
		return ctx.Err()
	case errors.Is(err, apperr.ErrUnavailable), errors.Is(err, apperr.ErrBusy), errors.Is(err, apperr.ErrOutcomeUnknown):
		s.release(ctx, imp)
		return err
	}
	level := slog.LevelError
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind == apperr.Invalid { // the file's fault
		level = slog.LevelInfo
	}
	s.log.Log(ctx, level, "an import failed", "import", imp.ID, "error", err)
	return s.fail(ctx, imp, err)
}

// stage does the work of the stage of an import.
func (s *Service) stage(ctx context.Context, imp Import) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	switch imp.Status {
	case Reading:
		return s.read(ctx, imp)
	case Running:
		return s.apply(ctx, imp)
	case undoing:
		return s.undo(ctx, imp)
	default:
		return s.discard(ctx, imp)
	}
}

// claim takes the oldest import that needs work and that no worker has.
func (s *Service) claim(ctx context.Context) (imp Import, found bool, err error) {
	var ids []int64
	for _, status := range []Status{Running, undoing, Reading, discarded, Ready} {
		var some []int64
		free := s.db.Reader(ctx).Model(&Import{}).Where("status = ? AND lease_until <= ?", status, s.now())
		if status != Ready {
			free = s.db.Reader(ctx).Model(&Import{}).
				Where("status = ? AND (lease_until <= ? OR lease_until > ?)", status, s.now(), s.now().Add(lease+ahead))
		}
		err := free.Order("lease_until, id").Limit(1).Pluck("id", &some).Error
		if err != nil {
			return Import{}, false, fmt.Errorf("look for imports: %w", err)
		}
		ids = append(ids, some...)
	}
	for _, id := range ids {
		if imp, found, err = s.claimThis(ctx, id); err != nil || found {
			return imp, found, err
		}
	}
	return Import{}, false, nil
}

// leased reports whether a worker has the import, or it waits for the member.
func (i Import) leased(now time.Time) bool {
	return i.LeaseUntil.After(now) && (i.Status == Ready || !i.LeaseUntil.After(now.Add(lease+ahead)))
}

// hold locks an import on which this worker works, and makes its lease longer; the caller stores it. It returns errLost.
func (s *Service) hold(tx *gorm.DB, mine Import) (Import, error) {
	imp, err := take(database.ForUpdate(tx), mine.ID)
	if errors.Is(err, ErrNotFound) || err == nil && (imp.LeaseToken != mine.LeaseToken || imp.Status != mine.Status) {
		return Import{}, errLost
	}
	imp.LeaseUntil = s.now().Add(lease)
	return imp, err
}

// keepLease renews the lease of an import until the function that it returns is called.
func (s *Service) keepLease(ctx context.Context, mine Import) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		ticker := time.NewTicker(s.beat)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := s.renew(ctx, mine); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "the lease of an import was not renewed", "import", mine.ID, "error", err)
			}
		}
	})
	return func() {
		cancel()
		renewing.Wait()
	}
}

// renew makes the lease of an import longer, unless another worker has the import.
func (s *Service) renew(ctx context.Context, mine Import) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&Import{}).Where("id = ? AND lease_token = ?", mine.ID, mine.LeaseToken).
			UpdateColumn("lease_until", s.now().Add(lease)).Error
	})
}

// release lets other workers have the import at once. If that fails, the lease ends by itself.
func (s *Service) release(ctx context.Context, mine Import) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		imp, err := s.hold(tx, mine)
		if err != nil {
			return err
		}
		imp.LeaseUntil, imp.LeaseToken = s.now(), 0
		return saveImport(tx, &imp)
	})
	if err != nil && !errors.Is(err, errLost) {
		s.log.WarnContext(ctx, "an import was not released; it is free when the lease ends", "import", mine.ID, "error", err)
	}
}

// ReleaseAll lets imports be worked on that a process before this one has not finished. It is for a database that only one
// process serves.
func (s *Service) ReleaseAll(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&Import{}).Where("status IN ? AND lease_until > ?", []Status{Reading, Running, undoing, discarded}, s.now()).
			UpdateColumns(map[string]any{"lease_until": s.now(), "lease_token": 0}).Error
	})
}

// internalFault is the reason of an import that failed for no fault of the file.
var internalFault = apperr.Text{
	EN: "Something went wrong here. Please tell the operator.", KO: "서버에 문제가 생겼습니다. 운영자에게 알려 주세요.",
}

// fail ends an import.
func (s *Service) fail(ctx context.Context, mine Import, why error) error {
	reason := internalFault
	if e, ok := errors.AsType[*apperr.Error](why); ok && e.Kind == apperr.Invalid {
		reason = e.Text
	}
	if mine.Status == Reading { // what would have happened is of no interest any more
		if err := s.forgetRows(ctx, mine); errors.Is(err, errLost) {
			return nil
		} else if err != nil {
			return err
		}
	}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, mine.UserID); err != nil {
			return err
		}
		imp, err := s.hold(tx, mine)
		if err != nil {
			return err
		}
		imp.Status, imp.Reason = Failed, encodeText(reason)
		return s.finish(tx, &imp)
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// finish stores an import that has got its last status, without its file, and tells the member, whose account is locked, unless they wanted it
// undone.
func (s *Service) finish(tx *gorm.DB, imp *Import) error {
	now := s.now()
	imp.FinishedAt, imp.ActiveUserID = &now, nil
	if err := forgetFile(tx, imp.ID); err != nil {
		return err
	}
	if err := saveImport(tx, imp); err != nil || imp.Status == Undone {
		return err
	}
	return notify.Send(tx, notify.Event{UserID: imp.UserID, Type: notify.TypeImportDone, ImportID: &imp.ID})
}
