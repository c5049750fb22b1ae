package site

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// filmsPage is the list of films.
type filmsPage struct {
	Films  []filmCard
	Next   string
	Title  string // the search
	Found  string // how many films were found, "" without a search
	Genre  string
	Year   string
	Person string // the whole name
	Sort   string
	Genres []string
	Sorts  []sortChoice
	Focus  bool // on the field of the search
	form        // what is wrong with the filters
	Open   bool // the search is in use or was asked for, so phones do not fold it
	// Members are those with the words of the search in their name.
	Members []memberCard
	Worked  bool // the search is the whole name of somebody who made films or plays in some
}

// foundMembers is how many members a search for films shows.
const foundMembers = 6

// sortMatch is the order of a search: the best matches first. Without a search it is the newest first.
const sortMatch = "match"

// filmSorts are the sort orders of the list, the default first.
var filmSorts = []string{sortMatch, string(movie.SortNewest), string(movie.SortBestRated), string(movie.SortMostRated), string(movie.SortMostLiked), string(movie.SortMostReviewed), string(movie.SortLatest), string(movie.SortReleased), string(movie.SortTitle), string(movie.SortOldest)}

// sortChoice is an order that may be chosen.
type sortChoice struct {
	Value, Label string
	Chosen       bool
}

// sortChoices returns the orders of the list. Without a search the default is the newest first and is called so.
func (c *pageContext) sortChoices(chosen string, search bool) []sortChoice {
	newest := string(movie.SortNewest)
	var out []sortChoice
	for _, value := range filmSorts {
		name := value
		if !search && value == newest {
			continue
		}
		if !search && value == sortMatch {
			name = newest
		}
		out = append(out, sortChoice{Value: value, Label: c.text("sort." + name), Chosen: value == chosen})
	}
	return out
}

func (s *Site) films(c *pageContext) error {
	p := filmsPage{
		Title: searchText(c.Query("q")), Genre: c.queryOneOf("genre", movie.Genres(), ""),
		Sort: c.queryOneOf("sort", filmSorts, filmSorts[0]), Genres: movie.Genres(),
		Focus: c.Request.URL.Query().Has("find"), Person: searchText(c.Query("person")),
	}
	year, ok := queryOf(c, "year", parseYear)
	if ok {
		p.Year = strconv.FormatInt(year, 10)
	}
	if p.Title == "" && p.Sort == string(movie.SortNewest) {
		p.Sort = sortMatch
	}
	p.Sorts = c.sortChoices(p.Sort, p.Title != "")
	p.Open = p.Focus || p.Title+p.Genre+p.Year+p.Person != "" || p.Sort != filmSorts[0]
	if c.refused != nil && !c.partial() {
		return s.showWrongFilters(c, p)
	}
	by := movie.Sort(p.Sort)
	if p.Sort == sortMatch {
		by = movie.SortMatch
		if p.Title == "" {
			by = movie.SortNewest
		}
	}
	rows, next, err := s.Movies.List(c.Request.Context(), movie.Filter{Title: p.Title, Genre: p.Genre, Year: year, Person: p.Person}, by, c.page(perPage))
	if err != nil {
		return err
	}
	p.Films, p.Next = s.filmCards(rows, "grid"), c.next(next)
	if err := s.markCards(c, p.Films); err != nil {
		return err
	}
	if p.Title+p.Genre+p.Year+p.Person != "" {
		p.Found = c.found("films", len(rows), next != nil)
	}
	if c.Query("after") == "" {
		atTop(p.Films, eagerInGrid)
		if p.Members, err = s.membersNamed(c, p.Title); err != nil {
			return err
		}
		if p.Worked, err = s.worked(c, p.Title); err != nil {
			return err
		}
	}
	return c.show(http.StatusOK, "films", c.filmsMeta(), p)
}

func (c *pageContext) filmsMeta() meta {
	return meta{Title: c.text("films.title"), Description: c.text("site.description"), Section: "films", OwnSearch: true}
}

// showWrongFilters shows the filters as they were typed, and no films.
func (s *Site) showWrongFilters(c *pageContext, p filmsPage) error {
	p.Open, p.Focus, p.Year = true, false, c.Query("year")
	return c.redisplay(c.refusal(), nil, func(status int, f form) error {
		for name := range f.Errors {
			f.Errors[name] = c.text("form.choice")
		}
		if _, wrong := f.Errors["year"]; wrong {
			f.Errors["year"] = c.text("films.year.wrong")
		}
		f.Mistakes = c.mistakes(f.Errors)
		p.form = f
		return c.show(status, "films", c.filmsMeta(), p)
	})
}

// parseYear reads the year of a film as people type it.
func parseYear(text string) (int64, bool) {
	year, ok := wholeNumber(text)
	return year, ok && year >= 1870 && year <= 9999
}

// membersNamed returns the first members whose name matches a search for films, none for an empty search.
func (s *Site) membersNamed(c *pageContext, words string) ([]memberCard, error) {
	if words == "" {
		return nil, nil
	}
	rows, _, err := s.Users.Search(c.Request.Context(), c.viewer, user.Filter{Part: &words}, page.Page{Limit: foundMembers})
	if err != nil {
		return nil, err
	}
	return s.memberCards(c, rows)
}

// worked reports whether a name is that of a director or a member of the cast.
func (s *Site) worked(c *pageContext, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	films, _, err := s.Movies.List(c.Request.Context(), movie.Filter{Person: name}, movie.SortNewest, page.Page{Limit: 1})
	return len(films) > 0, err
}

// maxSearch is the longest search in characters; the rest is ignored.
const maxSearch = 100

// searchText normalises a search: valid UTF-8 in NFC, trimmed, at most maxSearch characters.
func searchText(typed string) string {
	text := []rune(strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(strings.ReplaceAll(typed, "\x00", ""), ""))))
	return string(text[:min(len(text), maxSearch)])
}

// oneOf returns value if it is in of, and instead otherwise.
func oneOf(value string, of []string, instead string) string {
	if slices.Contains(of, value) {
		return value
	}
	return instead
}

// found returns the sentence that tells the result of a search, "" for a later page. There is no count of what was
// not read.
func (c *pageContext) found(kind string, n int, more bool) string {
	if c.Query("after") != "" {
		return ""
	}
	key := "found." + kind
	if more {
		return c.text(key+".more", int64(n))
	}
	return c.count(key, int64(n))
}
