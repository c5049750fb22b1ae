package site

import (
	"context"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/reaction"
)

// memberFilms returns a page of films of a member.
type memberFilms func(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]diary.Entry, *page.Key, error)

func (s *Site) watchedFilms(c *pageContext) error {
	return s.showMemberFilms(c, "watched", s.Diary.Watched)
}

func (s *Site) watchlist(c *pageContext) error {
	return s.showMemberFilms(c, "watchlist", s.Diary.Watchlist)
}

// showMemberFilms shows films that a member has marked, as a grid.
func (s *Site) showMemberFilms(c *pageContext, tab string, of memberFilms) error {
	p, err := s.memberPage(c, tab)
	if err != nil {
		return err
	}
	rows, next, err := of(c.Request.Context(), p.Member.ID, c.viewer, c.page(perPage))
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, e := range rows {
		ids[i] = e.Movie.ID
	}
	if p.Films, err = s.filmsByID(c, ids); err != nil {
		return err
	}
	if err := s.markCards(c, p.Films); err != nil {
		return err
	}
	p.Next = c.next(next)
	return s.showMember(c, p)
}

// filmsByID returns the cards of films in the order of their ids, without those that are gone.
func (s *Site) filmsByID(c *pageContext, ids []int64) ([]filmCard, error) {
	found, err := s.Movies.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	films := make([]movie.Movie, 0, len(ids))
	for _, id := range ids {
		if m, ok := found[id]; ok {
			films = append(films, m)
		}
	}
	return s.filmCards(films, "grid"), nil
}

// memberLists shows the lists of a member.
func (s *Site) memberLists(c *pageContext) error {
	p, err := s.memberPage(c, "lists")
	if err != nil {
		return err
	}
	rows, next, err := s.Lists.OfUser(c.Request.Context(), p.Member.ID, c.viewer, list.SortLatest, c.page(perPage))
	if err != nil {
		return err
	}
	if p.Lists, err = s.listCards(c, rows); err != nil {
		return err
	}
	p.Next = c.next(next)
	return s.showMember(c, p)
}

// memberRatings shows the films that a member has rated, as a grid.
func (s *Site) memberRatings(c *pageContext) error {
	p, err := s.memberPage(c, "ratings")
	if err != nil {
		return err
	}
	p.Sorts, p.Sort = ratingSorts, c.queryOneOf("sort", ratingSorts, ratingSorts[0])
	rows, next, err := s.Reactions.RatingsOf(c.Request.Context(), p.Member.ID, c.viewer, 0, reaction.RatingSort(p.Sort), c.page(perPage))
	if err != nil {
		return err
	}
	ids, given := make([]int64, len(rows)), map[int64]string{}
	for i, r := range rows {
		ids[i], given[r.Movie.ID] = r.Movie.ID, decimal(r.Rating)
	}
	if p.Films, err = s.filmsByID(c, ids); err != nil {
		return err
	}
	for i := range p.Films {
		p.Films[i].Stars = given[p.Films[i].ID]
	}
	p.Next = c.next(next)
	return s.showMember(c, p)
}

// ratingSorts are the orders of the ratings of a member, the default first.
var ratingSorts = []string{string(reaction.SortLastRated), string(reaction.SortBestRated), string(reaction.SortWorstRated)}
