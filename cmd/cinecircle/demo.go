package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// demoPassword lets everybody try the members of the demo; it is printed.
const demoPassword = "popcorn-and-tea"

var errNotEmpty = errors.New("the database is not empty: demo only fills an empty one")

// demoCommand fills an empty database with a small community.
func demoCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("demo takes no argument, got %q", args[0])
	}
	return p.withApp(ctx, func(a *app) error {
		d := demo{app: a}
		if err := d.fill(ctx); err != nil {
			return explain(err)
		}
		fmt.Fprintf(p.out, "%d members, %d films, %d reviews\n", len(d.members), len(d.films), len(d.reviews))
		fmt.Fprintf(p.out, "Every member's password is %s; sign in as %s.\n", demoPassword, demoMembers[0].name)
		return nil
	})
}

// demo holds the ids of what was made so far, in the order of the tables below.
type demo struct {
	*app
	members, films, reviews []int64
}

func (d *demo) fill(ctx context.Context) error {
	if err := d.checkEmpty(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{d.addMembers, d.addFilms, d.addReviews, d.addTies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) checkEmpty(ctx context.Context) error {
	members, _, err := d.app.users.Search(ctx, user.Filter{}, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	films, _, err := d.app.movies.List(ctx, movie.Filter{}, movie.SortOldest, page.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(members)+len(films) > 0 {
		return errNotEmpty
	}
	return nil
}

func (d *demo) addMembers(ctx context.Context) error {
	for _, m := range demoMembers {
		u, err := d.users.Create(ctx, user.Draft{Username: m.name, Password: demoPassword, Age: m.age, Gender: m.gender})
		if err != nil {
			return fmt.Errorf("member %s: %w", m.name, err)
		}
		d.members = append(d.members, u.ID)
	}
	return nil
}

func (d *demo) addFilms(ctx context.Context) error {
	for i, f := range demoFilms {
		m, err := d.movies.Create(ctx, d.members[i%len(d.members)], f)
		if err != nil {
			return fmt.Errorf("film %s: %w", f.Title, err)
		}
		poster, err := paintPoster(i)
		if err != nil {
			return err
		}
		if _, err := d.movies.SetPoster(ctx, m.ID, media.Upload{Name: "poster.png", Data: poster}); err != nil {
			return fmt.Errorf("poster of %s: %w", f.Title, err)
		}
		d.films = append(d.films, m.ID)
	}
	return nil
}

func (d *demo) addReviews(ctx context.Context) error {
	for _, r := range demoReviews {
		written, err := d.app.reviews.Create(ctx, review.Draft{
			UserID: d.members[r.member], MovieID: d.films[r.film], Title: r.title, Content: r.content,
		})
		if err != nil {
			return fmt.Errorf("review %s: %w", r.title, err)
		}
		d.reviews = append(d.reviews, written.ID)
	}
	return nil
}

// addTies has every member follow the next two and show their tastes.
func (d *demo) addTies(ctx context.Context) error {
	n := len(d.members)
	for i, me := range d.members {
		for step := 1; step <= 2; step++ {
			if _, err := d.follows.Set(ctx, me, d.members[(i+step)%n], true); err != nil {
				return fmt.Errorf("follow: %w", err)
			}
		}
		if err := d.addTastes(ctx, i, me); err != nil {
			return err
		}
	}
	return nil
}

// addTastes has the i-th member like some reviews of others and react to every film.
func (d *demo) addTastes(ctx context.Context, i int, me int64) error {
	for k, r := range d.reviews {
		if (k+i)%3 != 0 || demoReviews[k].member == i {
			continue
		}
		if _, err := d.reactions.SetLike(ctx, me, r, true); err != nil {
			return fmt.Errorf("like: %w", err)
		}
	}
	for k, f := range d.films {
		kind := reaction.Like
		if (k+2*i)%7 == 0 {
			kind = reaction.Dislike
		}
		if _, err := d.reactions.React(ctx, me, f, kind); err != nil {
			return fmt.Errorf("react: %w", err)
		}
	}
	return nil
}

// paintPoster draws the n-th poster: two colours and a moon, so that films can be told apart.
func paintPoster(n int) ([]byte, error) {
	const width, height = 400, 600
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	hue := float64(n) * 2.4 // radians; the golden angle keeps neighbours apart
	cx, cy, r := 120+float64(n*53%160), 140+float64(n*31%120), 60.0
	for y := range height {
		for x := range width {
			shade := float64(y) / height
			if math.Hypot(float64(x)-cx, float64(y)-cy) < r {
				shade = 1.6 - shade
			}
			img.SetRGBA(x, y, tint(hue, shade))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("paint a poster: %w", err)
	}
	return out.Bytes(), nil
}

func tint(hue, shade float64) color.RGBA {
	channel := func(turn float64) uint8 {
		return uint8(min(255, (0.5+0.5*math.Cos(hue+turn))*150*shade+40))
	}
	return color.RGBA{R: channel(0), G: channel(2.1), B: channel(4.2), A: 255}
}
