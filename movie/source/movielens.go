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
	id := number(r.get("movieid", "movie_id"))
	if id == 0 {
		return film{notFilm: broken}
	}
	f := film{key: r.get("movieid", "movie_id")}
	f.ids.MovieLens = id
	imdb, tmdb := r.more.linksOf(id)
	f.ids.IMDb, f.ids.TMDB = cmp.Or(imdbID(r.get("imdb_id")), imdb), cmp.Or(number(r.get("tmdb_id")), tmdb)
	title := r.get("title")
	if lensSpan.MatchString(title) {
		f.title, f.notFilm = title, lensSpan.FindString(title)
		return f
	}
	if m := lensYear.FindStringSubmatch(title); m != nil && m[1] != "" {
		title, f.released = m[1], date(m[2])
	}
	f.title, f.original, f.aliases = lensTitles(title)
	if genres := r.get("genres"); genres != "(no genres listed)" {
		f.genres = splitBy(genres, "|")
	}
	return f
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
