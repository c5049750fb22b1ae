package source

import (
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// sheet is a format of tables. It is told by its headings.
type sheet struct {
	format Format
	needs  string // headings that all files of the format have, with | between alternatives
	lacks  string // headings that none has
	other  string // further headings that are known
	film   func(row) film
	group  func(rows []row) film // for a format with several rows for a film, which have the same key
	loose  bool                  // rows may have any number of cells
}

// sheets are the formats of tables. The first one whose headings are there is taken.
var sheets = []sheet{
	{
		format: IMDbTitles, needs: "tconst titletype primarytitle", film: imdbTitle,
		other: "originaltitle isadult startyear endyear runtimeminutes genres",
	},
	{
		format: IMDbList, needs: "const title|originaltitle", film: imdbListed, loose: true,
		other: "position created modified description original_title title_type directors your_rating you_rated imdb_rating runtime_(mins) year genres " +
			"num_votes num._votes release_date release_date_(month/day/year) url date_rated date_added",
	},
	{
		format: MovieLens, needs: "movieid|movie_id title", lacks: "cast crew", film: movieLens,
		other: "genres imdb_id tmdb_id rating average_rating",
	},
	{
		format: Metadata, needs: "adult imdb_id original_title belongs_to_collection", film: metadata,
		other: "budget genres homepage id original_language overview popularity poster_path production_companies production_countries release_date revenue " +
			"runtime spoken_languages status tagline title video vote_average vote_count",
	},
	{
		format: TMDBCredits, needs: "movie_id|id cast crew", film: tmdbCredits, other: "title",
	},
	{
		format: TMDB, needs: "id title|original_title original_language|original_title overview|genres", lacks: "crew", film: tmdb,
		other: "title budget genres homepage keywords original_title overview popularity production_companies production_countries release_date revenue runtime " +
			"spoken_languages status tagline vote_average vote_count imdb_id adult backdrop_path poster_path original_language director directors cast " +
			"release_year budget_adj revenue_adj",
	},
	{
		format: KOBIS, needs: "moviecd movienm", film: kobisListed,
		other: "movienmen movienmog prdtyear opendt typenm prdtstatnm nationalt genrealt repnationnm repgenrenm directors showtm",
	},
	{
		format: KOBIS, needs: "영화명 영화코드 제작연도|제작년도", film: kobisListed, loose: true,
		other: "영화명(영문) 제작국가 국적 유형 장르 제작상태 감독 제작사 개봉일",
	},
	{
		format: KOBISOffice, needs: "영화명 개봉일", film: kobisOffice, loose: true,
		other: "순번 순위 감독 제작사 수입사 배급사 영화유형 영화형태 국적 전국스크린수 전국매출액 전국관객수 서울매출액 서울관객수 장르 등급 영화구분 대표국적 매출액 관객수 스크린수 " +
			"매출액점유율 누적매출액 누적관객수 상영횟수 영화코드",
	},
	{
		format: LetterboxdIn, needs: "letterboxduri|tmdbid|imdbid title", lacks: "watchedat addedat userrating", film: letterboxdImport, loose: true,
		other: "letterboxduri year directors rating rating10 watcheddate rewatch tags review tmdbid imdbid createddate type title_type media_type",
	},
	{
		format: Letterboxd, needs: "name year letterboxd_uri|url", film: letterboxd, loose: true,
		other: "date position description rating rewatch tags watched_date review",
	},
	{format: Wikidata, needs: "film|movie|item|work filmlabel|movielabel|itemlabel|worklabel|title", group: wikidata, other: strings.Join(wikidataNames, " ")},
}

// heading returns a folded heading in the form of the table above.
func heading(name string) string { return strings.ReplaceAll(name, " ", "_") }

// has reports whether the folded headings are those of the format.
func (s *sheet) has(folded []string) bool {
	there := func(name string) bool {
		return slices.ContainsFunc(folded, func(f string) bool { return heading(f) == name })
	}
	for need := range strings.FieldsSeq(s.needs) {
		if !slices.ContainsFunc(strings.Split(need, "|"), there) {
			return false
		}
	}
	return !slices.ContainsFunc(strings.Fields(s.lacks), there)
}

// known returns the folded headings of the format.
func (s *sheet) known() (names []string) {
	for name := range strings.FieldsSeq(strings.ReplaceAll(s.needs, "|", " ") + " " + s.other) {
		names = append(names, name, strings.ReplaceAll(name, "_", " "))
	}
	return names
}

func (s *sheet) items(rows tabular.Rows, folded []string, more *supplements) movie.Items {
	columns := map[string]int{}
	for i, name := range folded {
		if _, has := columns[heading(name)]; !has {
			columns[heading(name)] = i
		}
	}
	r := &sheetRows{sheet: s, rows: rows, columns: columns, width: len(folded), more: more}
	if s.group != nil {
		return &groupedRows{next: r.next, group: s.group}
	}
	return r
}

// row is a row of a table.
type row struct {
	number  int64
	text    string
	cells   []string
	columns map[string]int
	more    *supplements
}

// get returns the cell in the first of the columns that the table has, or "".
func (r row) get(names ...string) string {
	for _, name := range names {
		if i, has := r.columns[name]; has && i < len(r.cells) {
			return strings.TrimSpace(r.cells[i])
		}
	}
	return ""
}

func (r row) empty() bool {
	return !slices.ContainsFunc(r.cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// sheetRows reads a table of which each row is a film.
type sheetRows struct {
	sheet   *sheet
	rows    tabular.Rows
	columns map[string]int
	width   int
	more    *supplements
}

// next returns the next row that is not empty. The text of a row that cannot be used is failed.
func (s *sheetRows) next() (r row, failed *movie.RowError, err error) {
	for {
		read, err := s.rows.Next()
		if err != nil {
			return row{}, nil, err
		}
		r = row{read.Line, read.Text, read.Cells, s.columns, s.more}
		if read.Err != nil {
			return r, movie.Unreadable(read), nil
		}
		if r.empty() { // spreadsheets write rows of commas
			continue
		}
		for len(r.cells) > s.width && strings.TrimSpace(r.cells[len(r.cells)-1]) == "" {
			r.cells = r.cells[:len(r.cells)-1]
		}
		if !s.sheet.loose && len(r.cells) != s.width && len(r.cells) != s.width-1 || len(r.cells) > s.width {
			return r, &movie.RowError{Line: r.number, Text: movie.OtherColumns}, nil
		}
		return r, nil, nil
	}
}

// Next implements [movie.Items].
func (s *sheetRows) Next() (movie.Item, error) {
	for {
		r, failed, err := s.next()
		if err != nil {
			return movie.Item{}, err
		}
		if failed != nil {
			return movie.Item{Line: r.number, Text: r.text, Failed: failed}, nil //nolint:nilerr // an invalid row does not stop the import
		}
		f := s.sheet.film(r)
		if f.notFilm == noRow {
			continue
		}
		if f.notFilm == broken {
			return movie.Item{Line: r.number, Text: r.text, Failed: &movie.RowError{Line: r.number, Text: brokenRow}}, nil
		}
		return f.item(r.number, r.text), nil
	}
}

// What film.notFilm is for rows that are no films either.
const (
	noRow  = "\x00no row" // a sum below the table
	broken = "\x00broken"
)

// groupFilms is how many films groupedRows keeps while it looks for further rows of them.
const groupFilms = 5000

// groupedRows reads a table with several rows for a film.
type groupedRows struct {
	next  func() (r row, failed *movie.RowError, err error)
	group func(rows []row) film
	order []string
	open  map[string][]row
	ended error
}

// Next implements [movie.Items].
func (g *groupedRows) Next() (movie.Item, error) {
	if g.open == nil {
		g.open = map[string][]row{}
	}
	for g.ended == nil && len(g.order) < groupFilms {
		r, failed, err := g.next()
		if err != nil {
			g.ended = err
			break
		}
		if failed != nil {
			return movie.Item{Line: r.number, Text: r.text, Failed: failed}, nil //nolint:nilerr // likewise
		}
		r.cells = slices.Clone(r.cells)
		key := r.get("film", "movie", "item", "work")
		if _, has := g.open[key]; !has {
			g.order = append(g.order, key)
		}
		g.open[key] = append(g.open[key], r)
	}
	if len(g.order) == 0 {
		return movie.Item{}, g.ended
	}
	rows := g.open[g.order[0]]
	delete(g.open, g.order[0])
	g.order = g.order[1:]
	return g.group(rows).item(rows[0].number, rows[0].text), nil
}
