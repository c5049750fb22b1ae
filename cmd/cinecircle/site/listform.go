package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
)

// listForm is the page for making a list or changing its fields.
type listForm struct {
	form
	ID   int64     // 0 for a new list
	Film *filmCard // that a new list begins with, nil for none
	Back string
}

type listFields struct {
	Title       string `formData:"title" binding:"required,max=100"`
	Description string `formData:"description" binding:"max=2000"`
	Ranked      string `formData:"ranked"`
	Private     string `formData:"private"`
	Film        string `formData:"film"`
}

func (f listFields) values() map[string]string {
	return map[string]string{"title": f.Title, "description": f.Description, "ranked": f.Ranked, "private": f.Private, "film": f.Film}
}

func (s *Site) newList(c *pageContext) error {
	return s.showListForm(c, http.StatusOK, list.Shown{}, form{Values: listFields{Film: c.Query("film")}.values()})
}

func (s *Site) editList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	f := listFields{Title: l.Title, Description: l.Description}
	if l.Ranked {
		f.Ranked = "1"
	}
	if !l.IsPublic {
		f.Private = "1"
	}
	return s.showListForm(c, http.StatusOK, l, form{Values: f.values()})
}

func (s *Site) showListForm(c *pageContext, status int, l list.Shown, f form) error {
	p := listForm{form: f, ID: l.ID, Back: "/list"}
	title := c.text("list.new")
	if l.ID != 0 {
		title, p.Back = c.text("list.edit"), listPath(l.ID)
	}
	if m, ok := s.filmNamed(c, f.Values["film"]); ok {
		card := s.filmCard(m)
		p.Film, p.Back = &card, filmPath(m.ID)
	}
	return c.show(status, "listform", meta{Title: title, Hidden: true, Section: "lists"}, p)
}

// filmNamed returns the film whose id a form or an address names, also by an id from before a merge, and false for none.
func (s *Site) filmNamed(c *pageContext, text string) (movie.Movie, bool) {
	id, ok := wholeNumber(text)
	if !ok || id < 1 {
		return movie.Movie{}, false
	}
	var m movie.Movie
	err := s.Movies.Following(c.Request.Context(), id, func(id int64) (err error) {
		m, err = s.Movies.Get(c.Request.Context(), id)
		return err
	})
	return m, err == nil
}

// addList makes a list, with the film from whose page the viewer came.
func (s *Site) addList(c *pageContext) error {
	var f listFields
	err := c.bind(&f)
	var made list.Shown
	if err == nil {
		made, err = s.Lists.Create(c.Request.Context(), list.Draft{
			UserID: c.viewer.UserID, Title: f.Title, Description: f.Description, Ranked: f.Ranked != "", IsPublic: f.Private == "",
		})
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error {
			return s.showListForm(c, status, list.Shown{}, shown)
		})
	}
	if m, ok := s.filmNamed(c, f.Film); ok {
		if _, err := s.Lists.Add(c.Request.Context(), made.ID, list.Entry{MovieID: m.ID}, nil); err != nil {
			return err
		}
		c.setToast("list.made", "")
		return c.redirectTo(listPath(made.ID))
	}
	c.setToast("list.made", "")
	return c.redirectTo(listPath(made.ID) + "/add")
}

func (s *Site) changeList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	var f listFields
	if err = c.bind(&f); err == nil {
		ranked, isPublic := f.Ranked != "", f.Private == ""
		_, err = s.Lists.Update(c.Request.Context(), l.ID, list.Patch{
			Title: &f.Title, Description: &f.Description, Ranked: &ranked, IsPublic: &isPublic,
		})
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error { return s.showListForm(c, status, l, shown) })
	}
	c.setToast("list.saved", "")
	return c.redirectTo(listPath(l.ID))
}

func (s *Site) askDeleteList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("list.delete"), Hidden: true, Private: true}, confirmPage{
		Heading: c.html("list.delete.heading", l.Title), Lead: c.text("list.delete.lead"),
		Action: listPath(l.ID) + "/delete", Button: c.text("list.delete"), Back: listPath(l.ID),
	})
}

func (s *Site) deleteList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Lists.Delete(c.Request.Context(), l.ID); err != nil {
		return err
	}
	c.setToast("list.deleted", "")
	return c.redirectTo(memberPath(c.viewer.UserID) + "/lists")
}

// listAddPage is the search for films to put into a list.
type listAddPage struct {
	List   listCard
	Search string
	Films  []addableFilm
}

type addableFilm struct {
	filmCard
	Listed bool // the list has it
}

func (s *Site) chooseForList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	p := listAddPage{List: s.listCard(c, l), Search: searchText(c.Query("q"))}
	by := movie.SortMatch
	if p.Search == "" {
		by = movie.SortNewest
	}
	ctx := c.Request.Context()
	rows, _, err := s.Movies.List(ctx, movie.Filter{Title: p.Search}, by, page.Page{Limit: writeFilms})
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	in, err := s.Lists.Has(ctx, l.ID, ids)
	if err != nil {
		return err
	}
	for _, card := range s.filmCards(rows, "small") {
		p.Films = append(p.Films, addableFilm{filmCard: card, Listed: in[card.ID]})
	}
	return c.show(http.StatusOK, "listadd", meta{Title: c.text("list.add") + " · " + isolated(l.Title), Hidden: true, Section: "lists"}, p)
}

// addToList puts a film at the end of a list, or takes it out.
func (s *Site) addToList(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	m, ok := s.filmNamed(c, c.field("film"))
	if !ok {
		return movie.ErrNotFound
	}
	ctx, on := c.Request.Context(), c.field("on") == "true"
	if err := s.setInList(ctx, l.ID, m.ID, on); err != nil {
		return err
	}
	if !c.partial() {
		return c.redirectTo(c.returnPath(listPath(l.ID) + "/add"))
	}
	card := s.filmCard(m)
	card.In = "small"
	return c.showPart("listadd/film", map[string]any{"list": l.ID, "film": addableFilm{filmCard: card, Listed: on}})
}
