package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// filmReviews is the number of reviews on a film page.
const filmReviews = 10

// filmPage is a film with its reviews.
type filmPage struct {
	Film    movie.Movie
	Poster  shownImage
	Cast    []movie.CastMember
	Details movie.Details
	// Elsewhere are its pages on other sites.
	Elsewhere []elsewhere
	AddedBy   string // the name of the member, "" for none
	// AddedByAdmin is whether AddedBy is an admin.
	AddedByAdmin bool
	Verdict      verdictPart
	Reviews      []reviewCard
	Own          *reviewCard // the review of the viewer, nil for none
	Sort         string
	Sorts        []string
	Next         string
	Editable     bool
	Deletable    bool
	Mergeable    bool // by moderators
}

// reactionPart is the data of the like button.
type reactionPart struct {
	FilmID, Likes int64
	Liked         bool
}

var reviewSorts = []string{string(review.SortMostLiked), string(review.SortNewest), string(review.SortOldest)}

func (s *Site) film(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	p := filmPage{
		Film: m, Poster: s.poster(m), Sorts: reviewSorts, Sort: c.queryOneOf("sort", reviewSorts, reviewSorts[0]),
		Editable: c.viewer.MayEdit(m.Owner()),
	}
	if p.Cast, err = m.Cast(); err != nil {
		return err
	}
	if p.Details, err = m.ReadDetails(); err != nil {
		return err
	}
	p.Elsewhere = pagesElsewhere(p.Details.ExternalIDs)
	ctx := c.Request.Context()
	rows, next, err := s.Reviews.OfMovie(ctx, m.ID, c.viewer, review.Sort(p.Sort), c.page(filmReviews))
	if err != nil {
		return err
	}
	people, err := s.Users.Faces(ctx, append(authorIDs(rows), m.Owner())) // 0 is nobody
	if err != nil {
		return err
	}
	for _, r := range rows {
		p.Reviews = append(p.Reviews, s.reviewCard(c, r, people[r.UserID], m))
	}
	p.Next = c.next(next)
	chosen, _ := queryOf(c, "rating", func(text string) (stars.Stars, bool) {
		given, wrong := stars.Parse(text)
		return given, wrong == ""
	})
	if p.Verdict, err = s.verdict(c, m, chosen); err != nil {
		return err
	}
	if err := s.addOwn(c, &p); err != nil {
		return err
	}
	p.Mergeable = c.viewer.Moderates()
	p.Deletable = p.Editable && s.mayDelete(c, m, p.Own != nil)
	adder := people[m.Owner()]
	p.AddedBy, p.AddedByAdmin = adder.Username, adder.Admin
	return c.show(http.StatusOK, "film", meta{
		Title: isolated(m.Title), Description: isolated(shorten(200, m.Plot)), Image: p.Poster.URL, Kind: "video.movie",
		Facts: s.factsOfFilm(s.base(c.Context), m, p.Details.Directors...),
		Feed:  "/film/" + strconv.FormatInt(m.ID, 10) + "/feed.atom", Section: "films",
	}, p)
}

// mayDelete reports whether the viewer, who may change a film, may also delete it: only an admin may once others have
// reviewed it.
func (*Site) mayDelete(c *pageContext, m movie.Movie, reviewed bool) bool {
	mine := int64(0)
	if reviewed {
		mine = 1
	}
	return c.viewer.Admin() || m.ReviewCount <= mine
}

// addOwn loads the review of the viewer, which is shown above the others.
func (s *Site) addOwn(c *pageContext, p *filmPage) error {
	if c.viewer.UserID == 0 {
		return nil
	}
	mine, err := s.Reviews.By(c.Request.Context(), c.viewer.UserID, p.Film.ID)
	if errors.Is(err, review.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	me, err := c.me()
	if err != nil {
		return err
	}
	mine.Reveal()
	shown := review.Shown{Review: mine, Username: me.Username, MovieTitle: p.Film.Title}
	if p.Verdict.Mine != 0 {
		shown.Rating = &p.Verdict.Mine
	}
	card := s.reviewCard(c, shown, me.Face(), p.Film)
	p.Own = &card
	return nil
}

// filmOf returns the film in the path.
func (s *Site) filmOf(c *pageContext) (movie.Movie, error) {
	id, err := c.id("movie_id")
	if err != nil {
		return movie.Movie{}, err
	}
	return s.Movies.GetFor(c.Request.Context(), id, c.viewer)
}

// ownFilm returns the film in the path if the viewer may change it.
func (s *Site) ownFilm(c *pageContext) (movie.Movie, error) {
	m, err := s.filmOf(c)
	if err == nil && !c.viewer.MayEdit(m.Owner()) {
		err = c.notOwn("problem.not_own_film")
	}
	return m, err
}

// react sets or removes the reaction of the viewer.
func (s *Site) react(c *pageContext) error {
	id, err := c.id("movie_id")
	if err != nil {
		return err
	}
	if err := s.Movies.Exists(c.Request.Context(), id); err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	kind := reaction.Type(oneOf(c.field("type"), []string{string(reaction.Like), string(reaction.Dislike)}, ""))
	if _, err := s.Reactions.React(c.Request.Context(), c.viewer.UserID, id, kind); err != nil {
		return err
	}
	if !c.partial() {
		return c.redirectTo(filmPath(id))
	}
	m, err := s.Movies.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	return c.showPart("reaction", reactionPart{FilmID: id, Likes: m.LikeCount, Liked: kind == reaction.Like})
}

func filmPath(id int64) string { return "/film/" + strconv.FormatInt(id, 10) }
