package media_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
)

// Uploads, refused ones, removals and three sweepers at once, one of which takes files away that are
// being written: whatever fails, in the end each row has its file and each file its row.
func TestRowsAndFilesAgreeUnderConcurrency(t *testing.T) {
	s := newShelf(t)
	s.run(t)
	pic := picture(t, s.lib)
	var writers, sweepers sync.WaitGroup
	done := make(chan struct{})
	for _, sweep := range []func() error{
		func() error { return s.lib.SweepDue(t.Context()) },
		func() error { return s.lib.SweepAll(t.Context()) },
	} {
		sweepers.Go(func() { repeat(t, done, sweep) })
	}
	for range 4 {
		writers.Go(func() {
			for range 25 {
				if err := s.randomStep(t.Context(), pic); err != nil {
					t.Errorf("step: %v", err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	sweepers.Wait()
	if err := s.lib.SweepAll(t.Context()); err != nil {
		t.Errorf("last sweep: %v", err)
	}
	now := s.state(t)
	s.eventually(t, now.Named...)
	if len(now.Named) == 0 {
		t.Error("no upload succeeded, so nothing was tested")
	}
}

func repeat(t *testing.T, done chan struct{}, sweep func() error) {
	for {
		select {
		case <-done:
			return
		default:
			if err := sweep(); err != nil {
				t.Errorf("sweep: %v", err)
			}
		}
	}
}

// randomStep attaches, and then perhaps refuses or discards again. An upload may lose its file to a
// sweeper, and must then fail; other errors there are none.
func (s *shelf) randomStep(ctx context.Context, pic *media.Picture) error {
	refuse, discard := rand.N(4) == 0, rand.N(3) == 0
	var key string
	err := s.lib.Attach(ctx, pic, func(tx *gorm.DB, k string) error {
		key = k
		err := s.name(tx, k)
		if refuse {
			err = errors.Join(err, errWrite)
		}
		return err
	})
	if errors.Is(err, errWrite) || errors.Is(err, apperr.ErrUnavailable) {
		return nil
	}
	if err == nil && discard {
		return s.drop(ctx, key)
	}
	return err
}
