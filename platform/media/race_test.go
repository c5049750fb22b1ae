package media_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// Uploads, failing writes, removals and three sweepers run at once, and one of the sweepers removes files of uploads in
// progress. In the end each row has its files and each file its row.
func TestRowsAndFilesAgreeUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.run(t)
	pic := newPicture(t)
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
		t.Error("no upload succeeded")
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

// randomStep attaches a picture, and at random fails the write or discards the image. An upload that loses its file to a
// sweeper must fail; any other error is returned.
func (s *shelf) randomStep(ctx context.Context, pic *picture.Picture) error {
	failWrite, discard := rand.N(4) == 0, rand.N(3) == 0
	var key string
	err := s.lib.Attach(ctx, pic, func(tx *gorm.DB, k string) error {
		key = k
		err := s.name(tx, k)
		if failWrite {
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
