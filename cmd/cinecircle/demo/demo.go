// Package demo fills an empty database with an invented community, so that a new installation has
// something to look at: films with posters, members with faces, reviews in Korean and English, likes,
// follows and the notifications that come of them.
//
// Everything goes through the services, as if members had done it, in the order in which it would have
// happened over the past months. The same size always gives the same community, but for the day on which
// it ends, which is today.
package demo

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Password lets everybody sign in as any member of the demo.
const Password = "popcorn-and-tea"

// Services are where the community is written to. Their clock is set to the time at which a member would have
// done what is done next.
type Services struct {
	DB            *database.DB
	Users         *user.Service
	Movies        *movie.Service
	Reviews       *review.Service
	Reactions     *reaction.Service
	Follows       *follow.Service
	Notifications *notify.Service
	SetClock      func(time.Time)
}

// Size is how much of the community is made.
type Size struct {
	Members, Films int // as many of the tables, at most
	Posters        int // width of the pictures in pixels
}

// The sizes: Small is for tests and the impatient.
var (
	Full  = Size{Members: len(members), Films: len(koreanFilms) + len(englishFilms), Posters: 800}
	Small = Size{Members: 6, Films: 12, Posters: 200}
)

// Made is what was made: ids in the order of the making, and how many of the rest.
type Made struct {
	Members, Films, Reviews []int64
	Likes, Reactions        int
	Follows                 int
}

// Fill makes the community and ends at now. progress is told what is being done, now and then.
func Fill(ctx context.Context, s Services, size Size, now time.Time, progress func(string)) (Made, error) {
	p := newPlan(size, now)
	ctx, cancel := context.WithCancel(ctx)
	paintings := p.paint(ctx, size.Posters)
	b := builder{Services: s, plan: p, progress: progress}
	err := b.build(ctx)
	cancel()
	_ = paintings.Wait() // only that nothing goes on after the return
	s.SetClock(now)
	return b.made, err
}

// paint begins to paint all pictures, on all cores, in the order in which they are needed.
func (p *plan) paint(ctx context.Context, width int) *errgroup.Group {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0) + 1) // the one that starts the others only waits
	g.Go(func() error {
		for _, e := range p.events {
			if e.picture == nil {
				continue
			}
			g.Go(func() error {
				if ctx.Err() == nil {
					e.picture.paint(width)
				}
				return nil
			})
		}
		return nil
	})
	return &g
}

// Member is what to sign in as.
func Member() string { return members[0].name }

func castOf(list string) []movie.CastMember {
	var cast []movie.CastMember
	for _, part := range splitCast(list) {
		cast = append(cast, movie.CastMember{Name: part.name, Role: &part.role})
	}
	return cast
}

func wrap(what, of string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, of, err)
}
