// Package demo fills an empty database with a made-up community, so that a new installation has content: films with posters, members with faces, reviews in Korean and English, likes,
// comments, follows and the notifications that they cause.
//
// Everything goes through the services, as if members had done it over the past months. The same size always gives
// the same community; only its last day is today.
package demo

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
)

// Password is the password of every member of the demo.
const Password = "popcorn-and-tea"

// Size determines how much of the community is created.
type Size struct {
	Members, Films int // at most as many as Full
	Posters        int // width of the posters in pixels
}

// Full is the whole community. Small is a part of it, for tests.
var (
	Full  = Size{Members: len(members), Films: len(koreanFilms) + len(englishFilms), Posters: 480}
	Small = Size{Members: 6, Films: 12, Posters: 200}
)

// Made describes what Fill stored: the ids in the order of storing, and the numbers of the other rows.
type Made struct {
	Members, Films, Reviews []int64
	Likes, Reactions        int
	Follows                 int
	Viewings, Ratings       int
	Lists                   []int64
	Comments                int
}

// Fill stores a community whose last day is now. It calls progress with a line of text after every step. When it
// returns an error, what was stored before the error stays.
func Fill(ctx context.Context, a *app.App, size Size, now time.Time, progress func(string)) (Made, error) {
	p := newPlan(size, now)
	ctx, cancel := context.WithCancel(ctx)
	paintings := p.paint(ctx, size.Posters)
	b := builder{App: a, plan: p, progress: progress, said: map[int]int64{}}
	err := b.build(ctx)
	cancel()
	_ = paintings.Wait() // the painters never fail; none may outlive the call
	a.SetTime(now)
	return b.made, err
}

// paint starts to paint all pictures on all cores, in the order in which they are needed.
func (p *plan) paint(ctx context.Context, width int) *errgroup.Group {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0) + 1) // the goroutine that starts the others mostly waits
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

// Member returns the username to sign in with.
func Member() string { return members[0].name }

func wrap(what, of string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, of, err)
}
