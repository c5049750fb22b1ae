package site

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/page"
)

// collectLists is how many lists of the viewer the page offers for a film, the latest first.
const collectLists = 100

// collectPage asks into which lists of the viewer a film goes.
type collectPage struct {
	Film  filmCard
	Lists []collectChoice
}

type collectChoice struct {
	ID, Films int64
	Title     string
	Private   bool
	In        bool
}

func (s *Site) collectForm(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	p := collectPage{Film: s.filmCard(m)}
	if p.Lists, err = s.collectChoices(c, m.ID); err != nil {
		return err
	}
	return c.show(http.StatusOK, "collect", meta{Title: c.text("collect.title") + " · " + isolated(m.Title), Hidden: true, Section: "films"}, p)
}

func (s *Site) collectChoices(c *pageContext, filmID int64) ([]collectChoice, error) {
	ctx := c.Request.Context()
	rows, _, err := s.Lists.OfUser(ctx, c.viewer.UserID, c.viewer, list.SortLatest, page.Page{Limit: collectLists})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.ID
	}
	in, err := s.Lists.Holding(ctx, filmID, ids)
	if err != nil {
		return nil, err
	}
	out := make([]collectChoice, len(rows))
	for i, l := range rows {
		out[i] = collectChoice{ID: l.ID, Films: l.ItemCount, Title: l.Title, Private: !l.IsPublic, In: in[l.ID]}
	}
	return out, nil
}

// collect puts the film into the chosen lists, and takes it out of those that were chosen when the page was shown.
func (s *Site) collect(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	choices, err := s.collectChoices(c, m.ID)
	if err != nil {
		return err
	}
	for _, l := range choices {
		name := strconv.FormatInt(l.ID, 10)
		if c.field("shown."+name) == "" {
			continue // the list is newer than the page
		}
		if on := c.field("in."+name) != ""; on != l.In {
			if err := s.setInList(c.Request.Context(), l.ID, m.ID, on); err != nil {
				return err
			}
		}
	}
	c.setToast("collected", "")
	return c.redirectTo(filmPath(m.ID))
}

// setInList puts a film at the end of a list, or takes it out. Either may be so already.
func (s *Site) setInList(ctx context.Context, listID, filmID int64, on bool) error {
	if !on {
		return s.Lists.Remove(ctx, listID, filmID)
	}
	_, err := s.Lists.Add(ctx, listID, list.Entry{MovieID: filmID}, nil)
	if errors.Is(err, list.ErrAlreadyInList) {
		return nil
	}
	return err
}
