package site

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// homeActivities is how many activities the home page shows.
const homeActivities = 10

// activitiesPage is what the members whom the viewer follows did, newest first.
type activitiesPage struct {
	Path      string
	Kind      string // the only type of activities, "" for all
	Kinds     []string
	Rows      []activityCard
	Next      string
	Suggested []suggestion // members to follow, instead of activities
}

// activityCard is something that a member did, or several ratings in a row.
type activityCard struct {
	Kind      string
	Label     string
	AuthorID  int64
	Author    string
	Admin     bool
	Avatar    shownImage
	CreatedAt time.Time
	Review    *reviewCard
	Film      *filmCard  // of a rating or a viewing
	Films     []filmCard // of several ratings
	More      int64      // how many films, if there are several
	Note      string     // of a viewing
	List      *listCard
	Comment   *commentCard
}

func (s *Site) following(c *pageContext) error {
	p := activitiesPage{Path: c.Request.URL.Path}
	for _, kind := range activity.Types {
		p.Kinds = append(p.Kinds, kind.String())
	}
	var only []activity.Type
	if kind, ok := queryOf(c, "types", activity.Parse); ok {
		p.Kind, only = kind.String(), []activity.Type{kind}
	}
	var next *page.Key
	var err error
	if p.Rows, next, err = s.circle(c, only, c.page(perPage)); err != nil {
		return err
	}
	if p.Next = c.next(next); len(p.Rows) == 0 && p.Kind == "" {
		if p.Suggested, err = s.suggestions(c); err != nil {
			return err
		}
	}
	return c.show(http.StatusOK, "activities", meta{Title: c.text("feed.title"), Hidden: true, Section: "feed"}, p)
}

// circle returns a page of what the members whom the viewer follows did.
func (s *Site) circle(c *pageContext, only []activity.Type, at page.Page) ([]activityCard, *page.Key, error) {
	rows, next, err := s.Feed.Feed(c.Request.Context(), c.viewer, only, spoiler.Mode(c.viewer.Spoilers), at)
	if err != nil {
		return nil, nil, err
	}
	cards, err := s.activityCards(c, rows)
	return cards, next, err
}

// add makes the entry of a rating that of several.
func (a *activityCard) add(film filmCard) {
	if a.Film != nil {
		a.Films, a.Film = []filmCard{*a.Film}, nil
	}
	a.Films = append(a.Films, film)
	a.More = int64(len(a.Films))
}

// activityObjects is what activities are about.
type activityObjects struct {
	actors   map[int64]user.Face
	films    map[int64]movie.Movie
	reviews  map[int64]reviewCard
	lists    map[int64]listCard
	comments map[int64]commentCard
}

func (s *Site) activityCards(c *pageContext, rows []feed.Activity) ([]activityCard, error) {
	of, err := s.activityObjects(c, rows)
	if err != nil {
		return nil, err
	}
	var out []activityCard
	for _, a := range rows {
		card := s.activityCard(c, a, of)
		if last := len(out) - 1; last >= 0 && a.Rating != nil && out[last].Kind == card.Kind && out[last].AuthorID == card.AuthorID {
			out[last].add(*card.Film)
			continue
		}
		out = append(out, card)
	}
	return out, nil
}

// activityObjects loads the objects of a page in a constant number of queries.
func (s *Site) activityObjects(c *pageContext, rows []feed.Activity) (of activityObjects, err error) {
	var actors, films []int64
	var reviews []review.Shown
	var lists []list.Shown
	var comments []comment.Shown
	for _, a := range rows {
		actors = append(actors, a.Actor.ID)
		if a.Movie != nil {
			films = append(films, a.Movie.ID)
		}
		switch {
		case a.Review != nil:
			reviews = append(reviews, *a.Review)
		case a.List != nil:
			lists = append(lists, *a.List)
		case a.Comment != nil:
			comments = append(comments, *a.Comment)
		}
	}
	ctx := c.Request.Context()
	if of.actors, err = s.Users.Faces(ctx, actors); err != nil {
		return of, err
	}
	if of.films, err = s.Movies.ByIDs(ctx, films); err != nil {
		return of, err
	}
	of.reviews = make(map[int64]reviewCard, len(reviews))
	for _, r := range reviews { // by the actors
		of.reviews[r.ID] = s.reviewCard(c, r, of.actors[r.UserID], of.films[r.MovieID])
	}
	made, err := s.listCards(c, lists)
	if err != nil {
		return of, err
	}
	of.lists = byID(made, func(l listCard) int64 { return l.ID })
	of.comments = byID(s.commentCardsBy(c, comments, of.actors, false), func(one commentCard) int64 { return one.ID })
	return of, nil
}

func byID[T any](rows []T, id func(T) int64) map[int64]T {
	out := make(map[int64]T, len(rows))
	for _, row := range rows {
		out[id(row)] = row
	}
	return out
}

func (s *Site) activityCard(c *pageContext, a feed.Activity, of activityObjects) activityCard {
	actor := of.actors[a.Actor.ID]
	kind := a.Type.String()
	out := activityCard{
		Kind: kind, Label: isolated(a.Actor.Username) + " · " + c.text("feed.kind."+kind), AuthorID: a.Actor.ID, Author: a.Actor.Username,
		Admin: actor.Admin, Avatar: s.avatar(actor), CreatedAt: a.CreatedAt,
	}
	var film filmCard
	if a.Movie != nil {
		film = s.filmCard(of.films[a.Movie.ID])
		film.In = "shelf"
	}
	switch {
	case a.Review != nil:
		one := of.reviews[a.Review.ID]
		out.Review = &one
	case a.Rating != nil:
		film.Stars = decimal(a.Rating.Rating)
		out.Film = &film
	case a.Viewing != nil:
		if a.Viewing.Rating != nil {
			film.Stars = decimal(*a.Viewing.Rating)
		}
		out.Film, out.Note = &film, deref(a.Viewing.Note)
	case a.List != nil:
		one := of.lists[a.List.ID]
		out.List = &one
	case a.Comment != nil:
		one := of.comments[a.Comment.ID]
		one.Film = film.Title
		out.Comment = &one
	}
	return out
}
