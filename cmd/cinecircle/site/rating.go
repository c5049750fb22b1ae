package site

import (
	"fmt"
	"net/url"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
)

// fewRatings is the number of ratings below which a page shows neither an average nor a histogram: they would say who
// rated how.
const fewRatings = 5

// verdictPart is what members think of a film, and what the viewer does with it.
type verdictPart struct {
	FilmID    int64
	Choices   []starChoice // the half-stars, ascending
	Words     string       // about the chosen one, "" without
	Mine      stars.Stars  // the rating of the viewer, 0 for none
	Waiting   bool         // a choice from before signing in is not stored yet
	Count     int64
	Average   string // to one decimal, "" with few ratings
	Bars      []bar
	BarsLabel string // the histogram in words
	Reaction  reactionPart
	Marks     marksPart
}

// starChoice is one of the ten ratings.
type starChoice struct {
	Halves       stars.Stars
	Value, Label string // Label always has a decimal
	Chosen       bool
}

// bar is a bar of the histogram, on a canvas of 200 × 52.
type bar struct {
	X, Y, Height int64
	Mine         bool
}

// barHeight is the height of the tallest bar. A bar of nobody is a line.
const barHeight = 50

// bars returns the bars of a histogram, that of 0.5 stars first.
func bars(counts [stars.Max]int64, mine stars.Stars) []bar {
	most := int64(1)
	for _, n := range counts {
		most = max(most, n)
	}
	out := make([]bar, len(counts))
	for i, n := range counts {
		height := max(2, n*barHeight/most)
		out[i] = bar{X: int64(i) * 20, Y: 52 - height, Height: height, Mine: stars.Stars(i+1) == mine}
	}
	return out
}

// verdict loads the part. chosen is a rating from before signing in, 0 for none.
func (s *Site) verdict(c *pageContext, m movie.Movie, chosen stars.Stars) (verdictPart, error) {
	p := verdictPart{FilmID: m.ID, Count: m.RatingCount, Reaction: reactionPart{FilmID: m.ID, Likes: m.LikeCount}}
	found, err := s.viewerOf(c, m)
	if err != nil {
		return p, err
	}
	var of movie.Viewer
	if found[m.ID] != nil {
		of = *found[m.ID]
	}
	p.Reaction.Liked = of.Reaction != nil && *of.Reaction == string(reaction.Like)
	if p.Marks, err = s.marksPart(c, m.ID, of); err != nil {
		return p, err
	}
	mine := stars.Stars(0)
	if of.Rating != nil {
		mine = *of.Rating
	}
	p.choose(c, mine, chosen)
	if m.RatingCount < fewRatings {
		return p, nil
	}
	counts, err := s.Reactions.Histogram(c.Request.Context(), m.ID, c.viewer)
	if err != nil {
		return p, err
	}
	p.Average, p.Bars, p.BarsLabel = average(m), bars(counts, mine), c.histogramLabel(counts)
	return p, nil
}

// choose sets the stars: the rating of the viewer, or what they chose before they signed in.
func (p *verdictPart) choose(c *pageContext, mine, chosen stars.Stars) {
	p.Mine, p.Waiting = mine, mine == 0 && chosen != 0 && c.viewer.UserID != 0
	switch {
	case p.Waiting:
		p.Words = c.text("rating.waiting")
	case mine != 0:
		chosen = mine
		p.Words = decimal(mine) + " " + c.text(fmt.Sprintf("rating.word.%d", mine))
	}
	p.Choices = starChoices(chosen)
}

// starChoices returns the half-stars, ascending.
func starChoices(chosen stars.Stars) (out []starChoice) {
	for half := stars.Min; half <= stars.Max; half++ {
		out = append(out, starChoice{Halves: half, Value: half.String(), Label: decimal(half), Chosen: half == chosen})
	}
	return out
}

// decimal returns a number of stars with one decimal: 4.0.
func decimal(s stars.Stars) string { return fmt.Sprintf("%.1f", float64(s)/2) }

// average returns the mean rating of a film to one decimal, "" with few ratings.
func average(m movie.Movie) string {
	if m.RatingCount < fewRatings {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(m.RatingSum)/2/float64(m.RatingCount))
}

// rate stores or removes the rating of the viewer. A guest signs in first; the film page then shows what was chosen.
func (s *Site) rate(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	chosen, code := stars.Parse(c.field("rating"))
	if c.viewer.UserID == 0 {
		to := filmPath(m.ID)
		if code == "" {
			to += "?rating=" + url.QueryEscape(chosen.String())
		}
		return c.redirectTo(signInFor(to))
	}
	if c.field("remove") != "" {
		chosen = 0
	} else if code != "" {
		return c.redirectTo(filmPath(m.ID)) // nothing was chosen
	}
	ctx := c.Request.Context()
	found, err := s.viewerOf(c, m)
	if err != nil {
		return err
	}
	if chosen == 0 {
		err = s.Reactions.Unrate(ctx, c.viewer.UserID, m.ID)
	} else {
		_, err = s.Reactions.Rate(ctx, c.viewer.UserID, m.ID, chosen)
	}
	if err != nil {
		return err
	}
	c.sendToast(c.ratedToast(m.ID, chosen, deref(found[m.ID].Rating)))
	if !c.partial() {
		return c.redirectTo(filmPath(m.ID) + "#verdict")
	}
	if m, err = s.Movies.Get(ctx, m.ID); err != nil {
		return err
	}
	return s.showVerdict(c, m)
}

// ratedToast returns the toast about a rating, or about one that was taken back, with the one before as its undo.
func (c *pageContext) ratedToast(filmID int64, now, before stars.Stars) toast {
	t := toast{Text: c.text("toast.unrated"), Undo: &undo{
		Label: c.text("undo"), Action: filmPath(filmID) + "/rate", Name: "rating", Value: before.String(),
	}}
	if now != 0 {
		t.Text = c.text("toast.rated", decimal(now))
	}
	switch before {
	case now:
		t.Undo = nil
	case 0:
		t.Undo.Name, t.Undo.Value = "remove", "true"
	}
	return t
}
