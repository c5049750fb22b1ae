package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// filmReviews is how many reviews a page of a film has.
const filmReviews = 10

// filmPage is a film with its reviews.
type filmPage struct {
	Film     movie.Movie
	Poster   picture
	Cast     []movie.CastMember
	AddedBy  string // the name of who added it, "" for nobody
	Reaction reactionPart
	Reviews  []reviewCard
	Own      *reviewCard // the visitor's review
	Sort     string
	Sorts    []string
	Next     string
	Editable bool
}

// reactionPart is what the like and dislike buttons show.
type reactionPart struct {
	FilmID          int64
	Likes, Dislikes int64
	Mine            reaction.Type
	SignedIn        bool
}

var reviewSorts = []string{string(review.SortMostLiked), string(review.SortNewest), string(review.SortOldest)}

func (s *Site) film(v *visit) error {
	m, err := s.filmOf(v)
	if err != nil {
		return err
	}
	p := filmPage{
		Film: m, Poster: s.poster(m), Sorts: reviewSorts, Sort: oneOf(v.Query("sort"), reviewSorts, reviewSorts[0]),
		Editable: v.viewer.MayEdit(m.Owner()),
	}
	if p.Cast, err = m.Cast(); err != nil {
		return err
	}
	ctx := v.Request.Context()
	rows, next, err := s.Reviews.OfMovie(ctx, m.ID, v.viewer.UserID, review.Sort(p.Sort), v.page(filmReviews))
	if err != nil {
		return err
	}
	if p.Reviews, err = s.reviewCards(v, rows); err != nil {
		return err
	}
	p.Next = v.next(next)
	if p.Reaction, err = s.reactionPart(v, m); err != nil {
		return err
	}
	if err := s.addOwn(v, &p); err != nil {
		return err
	}
	if adder, err := s.Users.Get(ctx, m.Owner()); err == nil {
		p.AddedBy = adder.Username
	}
	return v.show(http.StatusOK, "film", meta{
		Title: m.Title, Description: shorten(200, m.Plot), Image: p.Poster.URL, Kind: "video.movie",
		Feed: "/film/" + strconv.FormatInt(m.ID, 10) + "/feed.atom", Section: "films",
	}, p)
}

// addOwn finds the visitor's own review, which stands above the others.
func (s *Site) addOwn(v *visit, p *filmPage) error {
	if v.viewer.UserID == 0 {
		return nil
	}
	mine, err := s.Reviews.By(v.Request.Context(), v.viewer.UserID, p.Film.ID)
	if errors.Is(err, review.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	me, err := v.me()
	if err != nil {
		return err
	}
	card := s.reviewCard(v, review.Shown{Review: mine, Username: me.Username, MovieTitle: p.Film.Title}, me, p.Film)
	p.Own = &card
	return nil
}

func (s *Site) reactionPart(v *visit, m movie.Movie) (reactionPart, error) {
	p := reactionPart{FilmID: m.ID, Likes: m.LikeCount, Dislikes: m.DislikeCount, SignedIn: v.viewer.UserID != 0}
	if !p.SignedIn {
		return p, nil
	}
	var err error
	p.Mine, err = s.Reactions.Of(v.Request.Context(), v.viewer.UserID, m.ID)
	return p, err
}

// filmOf returns the film in the path.
func (s *Site) filmOf(v *visit) (movie.Movie, error) {
	id, err := v.id("movie_id")
	if err != nil {
		return movie.Movie{}, err
	}
	return s.Movies.Get(v.Request.Context(), id)
}

// ownFilm returns the film in the path if the visitor may change it.
func (s *Site) ownFilm(v *visit) (movie.Movie, error) {
	m, err := s.filmOf(v)
	if err == nil && !v.viewer.MayEdit(m.Owner()) {
		err = apperr.ErrForbidden
	}
	return m, err
}

// react says what the visitor thinks of a film: like, dislike, or nothing any more.
func (s *Site) react(v *visit) error {
	id, err := v.id("movie_id")
	if err != nil {
		return err
	}
	kind := reaction.Type(oneOf(v.PostForm("type"), []string{string(reaction.Like), string(reaction.Dislike)}, ""))
	if _, err := s.Reactions.React(v.Request.Context(), v.viewer.UserID, id, kind); err != nil {
		return err
	}
	if !v.partial() {
		return v.goTo(filmPath(id))
	}
	m, err := s.Movies.Get(v.Request.Context(), id)
	if err != nil {
		return err
	}
	part, err := s.reactionPart(v, m)
	if err != nil {
		return err
	}
	return v.showPart("reaction", part)
}

func filmPath(id int64) string { return "/film/" + strconv.FormatInt(id, 10) }
