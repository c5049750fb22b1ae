package source

import (
	"cmp"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// wikidataNames are the columns as queries usually name them.
var wikidataNames = []string{
	"pubdate", "publicationdate", "publication_date", "releasedate", "release_date", "date", "year", "imdb", "imdbid", "imdb_id", "tmdb", "tmdbid",
	"tmdb_id", "director", "directorlabel", "directors", "genre", "genrelabel", "genres", "duration", "runtime", "countrylabel", "country",
	"originaltitle", "original_title", "kobis", "kobisid", "kmdb", "kmdbid", "letterboxd", "letterboxdid", "castlabel", "cast",
	"instanceoflabel", "instance_oflabel", "instancelabel", "typelabel", "classlabel", "kindlabel", "instanceof", "instance_of", "instance", "type", "class", "kind",
}

// isKind reports whether what an item is an instance of is a kind of films: in words, or by its number, of which only those of
// series, seasons and episodes are known.
func isKind(of string) bool {
	if id := matched(entityForm, of); id != "" {
		return !notFilms[id]
	}
	of = strings.ToLower(of)
	return IsFilm(of) || filmWord.MatchString(of) && !seriesWord.MatchString(of)
}

var (
	filmWord   = regexp.MustCompile(`film|movie|영화|映画|电影|電影|фильм|pel[ií]cula`)
	seriesWord = regexp.MustCompile(`serie|season|episode|trilog|tetralog|franchise|festival|award|시리즈|シリーズ|系列|сери|saga`)
	notFilms   = setOf("Q5398426 Q1259759 Q21191270 Q24856 Q15416 Q581714 Q63952888 Q117467246 Q3464665 Q526877 Q13424265 Q196600 Q20020149")
)

// wikidata reads the rows of a film: there is one for each of its dates, genres, directors and so on.
func wikidata(rows []row) film {
	var f film
	kind, isFilm := "", false
	for _, r := range rows {
		of := r.get("instanceoflabel", "instance_oflabel", "instancelabel", "typelabel", "classlabel", "kindlabel", "instanceof", "instance_of", "instance", "type", "class", "kind")
		kind, isFilm = cmp.Or(kind, of), isFilm || of != "" && isKind(of)
		id := matched(entityForm, r.get("film", "movie", "item", "work"))
		f.ids.Wikidata, f.key = cmp.Or(f.ids.Wikidata, id), cmp.Or(f.key, id)
		if title := r.get("filmlabel", "movielabel", "itemlabel", "worklabel", "title"); title != id { // an item without a label has its id
			f.title = cmp.Or(f.title, title)
		}
		f.original = cmp.Or(f.original, r.get("originaltitle", "original_title"))
		if d := Date(r.get("pubdate", "publicationdate", "publication_date", "releasedate", "release_date", "date", "year")); d != "" && (f.released == "" || d < f.released) {
			f.released = d
		}
		f.ids.IMDb = cmp.Or(f.ids.IMDb, IMDbID(r.get("imdb", "imdbid", "imdb_id")))
		f.ids.TMDB = cmp.Or(f.ids.TMDB, Number(r.get("tmdb", "tmdbid", "tmdb_id")))
		f.runtime = cmp.Or(f.runtime, minutes(r.get("duration", "runtime")))
		f.genres = appendOnce(f.genres, r.get("genrelabel", "genres", "genre"))
		f.directors = appendOnce(f.directors, r.get("directorlabel", "directors", "director"))
		f.countries = appendOnce(f.countries, r.get("countrylabel", "country"))
	}
	if kind != "" && !isFilm {
		f.notFilm = kind
	}
	if f.key == "" {
		f.key = f.title + "\n" + f.released
	}
	return f
}

func appendOnce(all []string, value string) []string {
	if value == "" || slices.Contains(all, value) || entityForm.MatchString(value) {
		return all
	}
	return append(all, value)
}

// isTerms reports whether a header is that of an answer as TSV, in which values have marks.
func isTerms(first string) bool {
	return strings.HasPrefix(first, "?") && (comma(first) == '\t' || !strings.Contains(first, ","))
}

// comma returns the character between the cells of a table. It does not matter whether the file names it.
func comma(head string) byte {
	c, _ := tabular.Separator(head)
	return c
}

// terms are the rows of an answer as TSV.
type terms struct{ rows tabular.Rows }

// Next implements [tabular.Rows].
func (t terms) Next() (tabular.Row, error) {
	r, err := t.rows.Next()
	r.Cells = plainTerms(r.Cells)
	return r, err
}

// plainTerms returns cells without the marks of SPARQL: <http://www.wikidata.org/entity/Q1>, "Paris, Texas"@en and
// "112"^^<http://www.w3.org/2001/XMLSchema#decimal>, as queries answer in TSV.
func plainTerms(cells []string) []string {
	for i, cell := range cells {
		switch inner, is := strings.CutPrefix(cell, "<"); {
		case is && strings.HasSuffix(inner, ">"):
			cells[i] = strings.TrimSuffix(inner, ">")
		case literal.MatchString(cell):
			m := literal.FindStringSubmatch(cell)[1]
			if text, err := strconv.Unquote(m); err == nil {
				cells[i] = text
			} else {
				cells[i] = strings.Trim(m, `"`)
			}
		}
	}
	return cells
}

var literal = regexp.MustCompile(`^("(?:[^"\\]|\\.)*")(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?$`)

// isWikidata reports whether JSON is the answer of a query, in one of the two forms that query.wikidata.org offers.
func isWikidata(head string, o Options) bool {
	if o.Format != nil && *o.Format != Wikidata {
		return false
	}
	return strings.Contains(head, "www.wikidata.org/entity/Q") && wikidataKey.MatchString(head)
}

var wikidataKey = regexp.MustCompile(`"(?:film|movie|item|work)"`)

// wikidata reads the answer of a query as JSON.
func (s *Source) wikidata(r io.Reader) error {
	rows := tabular.NewDocuments(r, func(path string) bool { return path == "[]" || path == "results.bindings[]" })
	s.Format = Wikidata
	s.Items = &groupedRows{group: wikidata, next: func() (row, *movie.RowError, error) {
		read, err := rows.Next()
		if err != nil {
			return row{}, nil, err
		}
		r, ok := binding(read)
		if !ok {
			return r, &movie.RowError{Line: read.Line, Text: badObject}, nil
		}
		return r, nil, nil
	}}
	return nil
}

// binding returns an object of an answer as a row: its values are texts, or objects that have them as value.
func binding(read tabular.Row) (r row, ok bool) {
	r = row{number: read.Line, text: string(read.JSON), columns: map[string]int{}}
	var values map[string]json.RawMessage
	if read.Err != nil || json.Unmarshal(read.JSON, &values) != nil {
		return r, false
	}
	for name, raw := range values {
		var text string
		var term struct {
			Value string `json:"value"`
		}
		if json.Unmarshal(raw, &text) != nil {
			if json.Unmarshal(raw, &term) == nil {
				text = term.Value
			} else {
				text = string(raw) // a number
			}
		}
		r.columns[heading(strings.ToLower(name))] = len(r.cells)
		r.cells = append(r.cells, text)
	}
	return r, true
}
