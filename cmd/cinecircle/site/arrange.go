package site

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

// arrangePage is the order of the films of a list, each with its number. It works without JavaScript by the numbers and
// by one button for a step up and one for a step down, which send the form.
type arrangePage struct {
	List    listCard
	Films   []listFilm
	Version int64  // of the list that the form was made from
	Shown   string // the ids of the films in their order, separated by commas
	Alert   string
}

// arrangeable reports whether a list is short enough to be arranged on one page.
func arrangeable(l list.Shown) bool { return l.ItemCount <= list.MaxReplace }

func (s *Site) arrangeForm(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	rows, err := s.allItems(c, l)
	if err != nil {
		return err
	}
	return s.showArrange(c, http.StatusOK, l, rows, "")
}

// allItems returns all films of a list that is arrangeable.
func (s *Site) allItems(c *pageContext, l list.Shown) ([]list.Placed, error) {
	if !arrangeable(l) {
		return nil, errNotFound
	}
	rows, _, err := s.Lists.Items(c.Request.Context(), l.List, page.Page{Limit: list.MaxReplace})
	return rows, err
}

func (s *Site) showArrange(c *pageContext, status int, l list.Shown, rows []list.Placed, alert string) error {
	p := arrangePage{List: s.listCard(c, l), Version: l.Version, Alert: alert}
	var err error
	if p.Films, err = s.listFilms(c, rows, true); err != nil {
		return err
	}
	ids := make([]string, len(p.Films))
	for i := range p.Films {
		p.Films[i].In, p.Films[i].Position = "small", int64(i)+1
		ids[i] = strconv.FormatInt(p.Films[i].ID, 10)
	}
	p.Shown = strings.Join(ids, ",")
	return c.show(status, "arrange", meta{Title: c.text("list.arrange") + " · " + isolated(l.Title), Hidden: true, Section: "lists"}, p)
}

// arrange stores the order that the numbers of the form say, unless a button asks for a step: then the form is shown
// again with the film moved, and nothing is stored yet.
func (s *Site) arrange(c *pageContext) error {
	l, err := s.ownList(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	rows, err := s.allItems(c, l)
	if err != nil {
		return err
	}
	rows = c.arranged(rows)
	if c.field("up")+c.field("down") != "" {
		return s.showArrange(c, http.StatusOK, l, stepped(rows, c.field("up"), c.field("down")), "")
	}
	version, _ := strconv.ParseInt(c.field("version"), 10, 64) // 0 is the version of no list
	entries := make([]list.Entry, 0, len(rows))
	for _, it := range rows {
		if c.field("remove."+strconv.FormatInt(it.MovieID, 10)) == "" {
			entries = append(entries, list.Entry{MovieID: it.MovieID, Note: it.Note})
		}
	}
	_, err = s.Lists.Replace(c.Request.Context(), l.ID, entries, func(now list.List) bool { return now.Version == version })
	if errors.Is(err, list.ErrChanged) {
		c.wrong = true
		return s.showArrange(c, http.StatusConflict, l, rows, c.text("list.changed"))
	}
	if err != nil {
		return err
	}
	c.setToast("list.saved", "")
	return c.redirectTo(listPath(l.ID))
}

// arranged returns films in the order of the form: those whose number is not the place at which the form showed them
// take the place that it says, and the others fill the places between.
func (c *pageContext) arranged(rows []list.Placed) []list.Placed {
	type numbered struct {
		list.Placed
		number int64
	}
	var out []list.Placed
	var moved []numbered
	for i, it := range c.inShownOrder(rows) {
		n, ok := wholeNumber(c.field("position." + strconv.FormatInt(it.MovieID, 10)))
		if !ok || n == int64(i)+1 {
			out = append(out, it)
		} else {
			moved = append(moved, numbered{it, n})
		}
	}
	slices.SortStableFunc(moved, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	next := int64(0) // so that films with the same number keep their order
	for _, it := range moved {
		at := min(max(it.number-1, next), int64(len(out)))
		out = slices.Insert(out, int(at), it.Placed)
		next = at + 1
	}
	return out
}

// inShownOrder returns films in the order in which the form showed them, which is not that of the list after a step. Films
// that it did not show come last.
func (c *pageContext) inShownOrder(rows []list.Placed) []list.Placed {
	place := map[string]int{} // from 1
	for id := range strings.SplitSeq(c.field("shown"), ",") {
		place[id] = len(place) + 1
	}
	placeOf := func(it list.Placed) int { return cmp.Or(place[strconv.FormatInt(it.MovieID, 10)], len(place)+1) }
	return slices.SortedStableFunc(slices.Values(rows), func(a, b list.Placed) int { return cmp.Compare(placeOf(a), placeOf(b)) })
}

// stepped returns films with one of them moved by one place.
func stepped(rows []list.Placed, up, down string) []list.Placed {
	id, ok := web.ParseID(up + down)
	at := slices.IndexFunc(rows, func(it list.Placed) bool { return it.MovieID == id })
	to := at - 1
	if up == "" {
		to = at + 1
	}
	if ok && at >= 0 && to >= 0 && to < len(rows) {
		rows[at], rows[to] = rows[to], rows[at]
	}
	return rows
}

// listItemForm is the page for the note of a film in a list.
type listItemForm struct {
	form
	List listCard
	Film filmCard
}

func (s *Site) noteForm(c *pageContext) error {
	l, it, err := s.ownItem(c)
	if err != nil {
		return err
	}
	return s.showNoteForm(c, http.StatusOK, l, it, form{Values: map[string]string{"note": it.Note}})
}

// ownItem returns the film in the path of a list of the viewer.
func (s *Site) ownItem(c *pageContext) (list.Shown, list.Item, error) {
	l, err := s.ownList(c)
	if err != nil {
		return l, list.Item{}, err
	}
	id, err := c.id("movie_id")
	if err != nil {
		return l, list.Item{}, err
	}
	it, err := s.Lists.Item(c.Request.Context(), l.ID, id)
	return l, it, err
}

func (s *Site) showNoteForm(c *pageContext, status int, l list.Shown, it list.Item, f form) error {
	m, err := s.Movies.Get(c.Request.Context(), it.MovieID)
	if err != nil {
		return err
	}
	return c.show(status, "listnote", meta{Title: c.text("list.note") + " · " + isolated(m.Title), Hidden: true, Section: "lists"}, listItemForm{
		form: f, List: s.listCard(c, l), Film: s.filmCard(m),
	})
}

type noteFields struct {
	Note string `formData:"note" binding:"max=500"`
}

func (s *Site) saveNote(c *pageContext) error {
	l, it, err := s.ownItem(c)
	if err != nil {
		return err
	}
	var f noteFields
	if err = c.bind(&f); err == nil {
		_, err = s.Lists.UpdateItem(c.Request.Context(), l.ID, it.MovieID, list.ItemPatch{Note: &f.Note})
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"note": f.Note}, func(status int, shown form) error {
			return s.showNoteForm(c, status, l, it, shown)
		})
	}
	c.setToast("list.saved", "")
	return c.redirectTo(listPath(l.ID))
}
