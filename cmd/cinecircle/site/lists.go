package site

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
)

// listCovers is how many posters a card of a list shows.
const listCovers = 5

// listSorts are the orders of lists, the default first.
var listSorts = []string{string(list.SortLatest), string(list.SortMostLiked)}

// listCard is a list of films among others.
type listCard struct {
	ID, AuthorID       int64
	Title, Description string
	Author             string
	Covers             []filmCard
	Films, Likes       int64
	Ranked, Private    bool
	Hidden             bool // by moderators
	Liked, Own         bool
	UpdatedAt          time.Time
}

func (s *Site) listCard(c *pageContext, l list.Shown) listCard {
	return listCard{
		ID: l.ID, AuthorID: l.UserID, Title: l.Title, Description: l.Description, Author: l.Username,
		Films: l.ItemCount, Likes: l.LikeCount, Ranked: l.Ranked, Private: !l.IsPublic, Hidden: l.Hidden,
		Liked: l.Liked != nil && *l.Liked, Own: c.viewer.UserID != 0 && c.viewer.UserID == l.UserID, UpdatedAt: l.UpdatedAt,
	}
}

// listCards loads the first films of all lists in two queries.
func (s *Site) listCards(c *pageContext, rows []list.Shown) ([]listCard, error) {
	ctx, ids := c.Request.Context(), make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.ID
	}
	covers, err := s.Lists.Covers(ctx, ids, listCovers)
	if err != nil {
		return nil, err
	}
	var filmIDs []int64
	for _, of := range covers {
		filmIDs = append(filmIDs, of...)
	}
	films, err := s.Movies.ByIDs(ctx, filmIDs)
	if err != nil {
		return nil, err
	}
	out := make([]listCard, len(rows))
	for i, l := range rows {
		out[i] = s.listCard(c, l)
		for _, id := range covers[l.ID] {
			if m, ok := films[id]; ok {
				out[i].Covers = append(out[i].Covers, s.filmCard(m))
			}
		}
	}
	return out, nil
}

// listsPage is a list of lists: all of them, or those with a film.
type listsPage struct {
	Film  *movie.Movie // nil for all lists
	Lists []listCard
	Sort  string
	Sorts []string
	Path  string
	Next  string
}

// listLister returns a page of lists that a reader may see.
type listLister func(ctx context.Context, reader auth.Viewer, by list.Sort, p page.Page) ([]list.Shown, *page.Key, error)

func (s *Site) lists(c *pageContext) error {
	return s.showLists(c, listsPage{Path: "/list"}, c.text("lists.title"), s.Lists.All)
}

func (s *Site) filmLists(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	of := func(ctx context.Context, reader auth.Viewer, by list.Sort, p page.Page) ([]list.Shown, *page.Key, error) {
		return s.Lists.OfMovie(ctx, m.ID, reader, by, p)
	}
	return s.showLists(c, listsPage{Film: &m, Path: filmPath(m.ID) + "/lists"}, c.text("lists.of_film", m.Title), of)
}

func (s *Site) showLists(c *pageContext, p listsPage, title string, of listLister) error {
	p.Sorts, p.Sort = listSorts, c.queryOneOf("sort", listSorts, listSorts[0])
	rows, next, err := of(c.Request.Context(), c.viewer, list.Sort(p.Sort), c.page(perPage))
	if err != nil {
		return err
	}
	if p.Lists, err = s.listCards(c, rows); err != nil {
		return err
	}
	p.Next = c.next(next)
	return c.show(http.StatusOK, "lists", meta{Title: title, Description: c.text("site.description"), Section: "lists"}, p)
}

// listPage is a list with its films.
type listPage struct {
	List  listCard
	Films []listFilm
	Next  string
	// Arrangeable is whether the viewer may arrange the films on one page.
	Arrangeable bool
}

// listFilm is a film in a list.
type listFilm struct {
	filmCard
	ListID   int64
	Position int64
	Note     string
	Editable bool
}

func (s *Site) list(c *pageContext) error {
	l, err := s.listOf(c)
	if err != nil {
		return err
	}
	p := listPage{List: s.listCard(c, l)}
	p.Arrangeable = p.List.Own && l.ItemCount > 0 && arrangeable(l)
	rows, next, err := s.Lists.Items(c.Request.Context(), l.List, c.page(perPage))
	if err != nil {
		return err
	}
	if p.Films, err = s.listFilms(c, rows, p.List.Own); err != nil {
		return err
	}
	p.Next = c.next(next)
	m := meta{Title: isolated(l.Title), Description: isolated(shorten(200, l.Description)), Hidden: p.List.Private, Section: "lists"}
	if len(p.Films) > 0 {
		m.Image = p.Films[0].Poster.URL
	}
	return c.show(http.StatusOK, "list", m, p)
}

func (s *Site) listFilms(c *pageContext, rows []list.Placed, own bool) ([]listFilm, error) {
	ids := make([]int64, len(rows))
	for i, it := range rows {
		ids[i] = it.MovieID
	}
	films, err := s.Movies.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]listFilm, 0, len(rows))
	for _, it := range rows {
		if m, ok := films[it.MovieID]; ok {
			f := listFilm{filmCard: s.filmCard(m), ListID: it.ListID, Position: it.Place, Note: it.Note, Editable: own}
			f.In = "grid"
			out = append(out, f)
		}
	}
	return out, nil
}

// listOf returns the list in the path if the viewer may see it.
func (s *Site) listOf(c *pageContext) (list.Shown, error) {
	id, err := c.id("list_id")
	if err != nil {
		return list.Shown{}, err
	}
	return s.Lists.Show(c.Request.Context(), id, c.viewer)
}

// ownList returns the list in the path if the viewer is its author. Nobody else changes a list, not even an admin.
func (s *Site) ownList(c *pageContext) (list.Shown, error) {
	l, err := s.listOf(c)
	if err == nil && l.UserID != c.viewer.UserID {
		err = c.notOwn("problem.not_own_list")
	}
	return l, err
}

// likeList makes the viewer like a list, or no longer like it.
func (s *Site) likeList(c *pageContext) error {
	l, err := s.listOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	ctx := c.Request.Context()
	if _, err := s.Reactions.SetListLike(ctx, c.viewer, l.ID, c.field("on") == "true"); err != nil {
		return err
	}
	if !c.partial() {
		return c.redirectTo(listPath(l.ID))
	}
	if l, err = s.Lists.Show(ctx, l.ID, c.viewer); err != nil {
		return err
	}
	return c.showPart("list-like", s.listCard(c, l))
}

func listPath(id int64) string { return "/list/" + strconv.FormatInt(id, 10) }
