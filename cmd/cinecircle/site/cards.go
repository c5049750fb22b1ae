package site

import (
	"context"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// filmCard is a film in a list.
type filmCard struct {
	ID             int64
	Title, Genre   string
	Year           string // "" if it is unknown
	Playtime       int64
	Likes, Reviews int64
	Poster         shownImage
	Plot           string
	In             string // where its poster stands, a key of posterSizes
	Eager, First   bool   // see atTop
	Marks          *cardMarks
	Stars          string // the rating of the member whose list it is, "" elsewhere
}

// cardMarks is what the viewer has made of a film in a grid.
type cardMarks struct{ Watched, Wanted bool }

// markCards sets the marks of films for a member; guests see none.
func (s *Site) markCards(c *pageContext, cards []filmCard) error {
	films := make([]movie.Movie, len(cards))
	for i, card := range cards {
		films[i].ID = card.ID
	}
	found, err := s.viewerOf(c, films...)
	for i := range cards {
		if of := found[cards[i].ID]; of != nil {
			cards[i].Marks = &cardMarks{Watched: of.Watched, Wanted: of.InWatchlist}
		}
	}
	return err
}

// filmCards returns the cards of a grid or a shelf, see posterSizes.
func (s *Site) filmCards(rows []movie.Movie, in string) []filmCard {
	out := make([]filmCard, len(rows))
	for i, m := range rows {
		out[i] = s.filmCard(m)
		out[i].In = in
	}
	return out
}

func (s *Site) filmCard(m movie.Movie) filmCard {
	return filmCard{
		ID: m.ID, Title: m.Title, Year: numberOrNone(m.ReleaseYear), Genre: m.Genre, Playtime: m.Playtime, Likes: m.LikeCount, Reviews: m.ReviewCount,
		Poster: s.poster(m), Plot: m.Plot,
	}
}

// reviewCard is a review as a list or its own page shows it.
type reviewCard struct {
	ID, AuthorID, FilmID int64
	Title, Content       string // while they are masked, a title that says so, and ""
	Untitled             bool   // it has no title, so Title is how it begins
	Masked               bool   // it is a spoiler that the viewer does not get to see
	Spoiler              bool
	Comments             int64
	Author, Film         string
	Admin                bool // the author is an admin
	Avatar, Poster       shownImage
	Image                shownImage
	Stars                string // the rating of the film by the author now, "" without one
	Likes                int64
	Liked, Own           bool
	Editable             bool // by its author
	Deletable            bool // by its author and admins
	ByOther              bool // than the viewer, who is signed in
	Moderates            bool // the viewer does
	Hidden               bool // by moderators, who see it nevertheless, as its author does
	CreatedAt, UpdatedAt time.Time
	Edited               bool
}

// reviewCards loads the authors and the films in one query each.
func (s *Site) reviewCards(c *pageContext, rows []review.Shown) ([]reviewCard, error) {
	authors, films, err := s.authorsAndFilms(c.Request.Context(), rows)
	if err != nil {
		return nil, err
	}
	out := make([]reviewCard, len(rows))
	for i, r := range rows {
		out[i] = s.reviewCard(c, r, authors[r.UserID], films[r.MovieID])
	}
	return out, nil
}

func (s *Site) authorsAndFilms(ctx context.Context, rows []review.Shown) (map[int64]user.Face, map[int64]movie.Movie, error) {
	filmIDs := make([]int64, len(rows))
	for i, r := range rows {
		filmIDs[i] = r.MovieID
	}
	authors, err := s.Users.Faces(ctx, authorIDs(rows))
	if err != nil {
		return nil, nil, err
	}
	films, err := s.Movies.ByIDs(ctx, filmIDs)
	return authors, films, err
}

func authorIDs(rows []review.Shown) []int64 {
	ids := make([]int64, len(rows), len(rows)+1)
	for i, r := range rows {
		ids[i] = r.UserID
	}
	return ids
}

func (s *Site) reviewCard(c *pageContext, r review.Shown, author user.Face, film movie.Movie) reviewCard {
	own := c.viewer.UserID != 0 && c.viewer.UserID == r.UserID
	rating := ""
	if r.Rating != nil {
		rating = decimal(*r.Rating)
	}
	return reviewCard{
		ID: r.ID, AuthorID: r.UserID, FilmID: r.MovieID, Title: c.titleOf(r.Review), Content: r.Content.String(), Masked: r.Masked(), Spoiler: r.Spoiler, Comments: r.CommentCount,
		Author: r.Username, Film: r.MovieTitle, Admin: author.Admin, Avatar: s.avatar(author), Poster: s.poster(film), Image: s.reviewImage(r.Review), Stars: rating,
		Likes: r.LikeCount, Liked: r.Liked != nil && *r.Liked, Own: own, Editable: own, Deletable: c.viewer.MayEdit(r.UserID), ByOther: c.viewer.UserID != 0 && !own,
		Moderates: c.viewer.Moderates(), Hidden: r.Hidden != 0, Untitled: !r.Masked() && r.Title.String() == "",
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Edited: r.UpdatedAt.Sub(r.CreatedAt) > time.Minute,
	}
}

// opening is how much of a review without a title stands for one: imports bring such reviews.
const opening = 40

// titleOf returns the title of a review, or while it is masked one that says so. One without a title is called by how it
// begins.
func (c *pageContext) titleOf(r review.Review) string {
	if r.Masked() {
		return c.text("spoiler.title")
	}
	if title := r.Title.String(); title != "" {
		return title
	}
	return shorten(opening, r.Content.String())
}

// memberCard is a member in a list.
type memberCard struct {
	ID                 int64
	Name               string
	Avatar             shownImage
	Followers, Reviews int64
	Following          bool // the viewer follows them
	Requested          bool // the viewer has asked to
	Private            bool // following them needs their consent
	Self               bool
	Followable         bool // the viewer is another member
	Admin              bool
	CreatedAt          time.Time
}

// memberCards also loads how the viewer relates to each member.
func (s *Site) memberCards(c *pageContext, rows []user.User) ([]memberCard, error) {
	relations, err := s.relationsTo(c, rows...)
	if err != nil {
		return nil, err
	}
	out := make([]memberCard, len(rows))
	for i, u := range rows {
		to, face := relations[u.ID], u.Face()
		out[i] = memberCard{
			ID: u.ID, Name: u.Username, Avatar: s.avatar(face), Followers: u.FollowerCount, Reviews: u.ReviewCount, Private: u.IsPrivate,
			Following: to.Following, Requested: to.Requested, Self: u.ID == c.viewer.UserID,
			Followable: c.viewer.UserID != 0 && u.ID != c.viewer.UserID, Admin: face.Admin, CreatedAt: u.CreatedAt,
		}
	}
	return out, nil
}

// relationsTo returns how the viewer relates to members, by their ids. Guests have no relations.
func (s *Site) relationsTo(c *pageContext, members ...user.User) (map[int64]user.Relation, error) {
	if c.viewer.UserID == 0 {
		return nil, nil
	}
	return s.Users.RelationsOf(c.Request.Context(), c.viewer.UserID, members...)
}
