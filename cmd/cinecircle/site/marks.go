package site

import (
	"context"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
)

// marksPart is what the viewer has made of a film beside rating it.
type marksPart struct {
	FilmID  int64
	Watched bool
	Wanted  bool // on the watchlist
	InDiary bool // it stays watched as long as the diary has it
}

func (s *Site) marksPart(c *pageContext, filmID int64, of movie.Viewer) (marksPart, error) {
	p := marksPart{FilmID: filmID, Watched: of.Watched, Wanted: of.InWatchlist}
	if !p.Watched {
		return p, nil
	}
	last, err := s.Diary.LastWatched(c.Request.Context(), c.viewer.UserID, filmID)
	p.InDiary = last != nil
	return p, err
}

// viewerOf returns what the viewer has to do with films, by their ids; nothing for a guest.
func (s *Site) viewerOf(c *pageContext, films ...movie.Movie) (map[int64]*movie.Viewer, error) {
	if c.viewer.UserID == 0 {
		return nil, nil //nolint:nilnil // reading from it finds nothing
	}
	return s.Movies.ViewerOf(c.Request.Context(), c.viewer.UserID, films...)
}

// want puts a film on the watchlist of the viewer, or takes it off.
func (s *Site) want(c *pageContext) error {
	return s.mark(c, "want", func(ctx context.Context, id int64, on bool) error {
		if !on {
			return s.Diary.Unwant(ctx, c.viewer.UserID, id)
		}
		_, err := s.Diary.Want(ctx, c.viewer.UserID, id)
		return err
	})
}

// watch marks a film watched by the viewer, or takes the mark back.
func (s *Site) watch(c *pageContext) error {
	return s.mark(c, "watch", func(ctx context.Context, id int64, on bool) error {
		if !on {
			return s.Diary.Unmark(ctx, c.viewer.UserID, id)
		}
		_, err := s.Diary.Mark(ctx, c.viewer.UserID, id)
		return err
	})
}

// mark sets or removes a mark as the form says, and answers with the part of the page or with the film. The toast has
// an undo.
func (s *Site) mark(c *pageContext, name string, set func(ctx context.Context, id int64, on bool) error) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	on := c.field("on") == "true"
	if err := set(c.Request.Context(), m.ID, on); err != nil {
		return err
	}
	said := map[bool]string{true: name, false: "un" + name}[on]
	id := strconv.FormatInt(m.ID, 10)
	if !c.partial() {
		c.setToast(said, id)
		return c.redirectTo(c.returnPath(filmPath(m.ID)))
	}
	c.sendToast(c.toast(said, id))
	if c.field("card") != "" {
		return c.showPart("card-want", map[string]any{"id": m.ID, "title": m.Title, "on": on})
	}
	return s.showVerdict(c, m)
}

// showVerdict answers htmx with the part of a film page about ratings and marks.
func (s *Site) showVerdict(c *pageContext, m movie.Movie) error {
	p, err := s.verdict(c, m, 0)
	if err != nil {
		return err
	}
	return c.showPart("verdict", p)
}
