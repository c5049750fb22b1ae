package source

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var (
	lensYear  = regexp.MustCompile(`^(.*?)\s*\((\d{4})\)$`)
	lensSpan  = regexp.MustCompile(`\(\d{4}\s*[-–]\s*(?:\d{4})?\s*\)$`)
	lensGroup = regexp.MustCompile(`^(.*\S)\s*\(([^()]+)\)$`)
)

// movieLens reads a row of movies.csv, or of what an account exports.
func movieLens(r row) film {
	id := Number(r.get("movieid", "movie_id"))
	if id == 0 {
		return film{notFilm: broken}
	}
	f := film{key: r.get("movieid", "movie_id")}
	f.ids.MovieLens = id
	imdb, tmdb := r.more.linksOf(id)
	f.ids.IMDb, f.ids.TMDB = cmp.Or(IMDbID(r.get("imdb_id")), imdb), cmp.Or(Number(r.get("tmdb_id")), tmdb)
	t := ParseLensTitle(r.get("title"))
	f.title, f.original, f.aliases, f.released = t.Title, t.Original, t.aliases, t.Year
	if f.notFilm = t.Span; f.notFilm != "" {
		return f
	}
	if genres := r.get("genres"); genres != "(no genres listed)" {
		f.genres = splitBy(genres, "|")
	}
	return f
}

// LensTitle is what the title of MovieLens says.
type LensTitle struct {
	Title, Original string
	Year            string // "" if it is unknown
	Span            string // years of a series, such as (1975-1979)
	aliases         []string
}

// ParseLensTitle returns what a title of MovieLens says.
func ParseLensTitle(text string) LensTitle {
	if span := lensSpan.FindString(text); span != "" {
		return LensTitle{Title: text, Span: span}
	}
	var t LensTitle
	if m := lensYear.FindStringSubmatch(text); m != nil && m[1] != "" {
		text, t.Year = m[1], Date(m[2])
	}
	t.Title, t.Original, t.aliases = lensTitles(text)
	return t
}

// lensTitles returns the titles in "City of Lost Children, The (Cité des enfants perdus, La)", with their articles before them.
func lensTitles(text string) (title, original string, aliases []string) {
	for {
		m := lensGroup.FindStringSubmatch(text)
		if m == nil {
			return turned(text), original, aliases
		}
		text = m[1]
		if also, ok := strings.CutPrefix(m[2], "a.k.a. "); ok {
			aliases = append([]string{turned(also)}, aliases...)
		} else if original == "" {
			original = turned(m[2])
		} else {
			aliases = append([]string{turned(m[2])}, aliases...)
		}
	}
}

// articles are those that MovieLens writes behind titles.
var articles = strings.Fields("the a an le la les l' un une des el los las il lo gli i der die das ein eine het de den det en ett o os as")

// turned returns "Lantern Ferry, The" with its article before it.
func turned(title string) string {
	title = strings.TrimSpace(title)
	i := strings.LastIndex(title, ", ")
	if i < 0 || !slices.Contains(articles, strings.ToLower(title[i+2:])) {
		return title
	}
	if article := title[i+2:]; strings.HasSuffix(article, "'") {
		return article + title[:i]
	}
	return title[i+2:] + " " + title[:i]
}
