package source

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
)

// kobisListed reads a row of a list of films of KOBIS: of the API, or of what its page offers as a spreadsheet.
func kobisListed(r row) film {
	id := kobisID(r.get("moviecd", "영화코드"))
	if !kobisForm.MatchString(id) {
		return film{notFilm: broken}
	}
	f := film{
		key: id, title: r.get("movienm", "영화명"), original: r.get("movienmog"), released: Date(r.get("opendt", "개봉일")),
		produced: year4(r.get("prdtyear", "제작연도", "제작년도")), genres: splitBy(cmp.Or(r.get("genrealt"), r.get("repgenrenm", "장르")), ","),
		countries: splitBy(cmp.Or(r.get("nationalt"), r.get("repnationnm", "제작국가", "국적")), ","),
		runtime:   minutes(r.get("showtm")), directors: splitBy(r.get("directors", "감독"), ","),
	}
	f.addEnglish(r.get("movienmen", "영화명(영문)"))
	f.ids.KOBIS = id
	return f
}

// kobisID returns the id in a cell, which a spreadsheet may have made a number with decimals.
func kobisID(cell string) string { return strings.ToUpper(strings.TrimSuffix(cell, ".0")) }

// addEnglish adds the English title of a Korean source.
func (f *film) addEnglish(title string) {
	if f.original == "" {
		f.original = title
	} else if title != "" {
		f.aliases = append(f.aliases, title)
	}
}

// kobisOffice reads a row of a box office, which has no running times, and ids in some copies only. The last row is a sum.
func kobisOffice(r row) film {
	f := film{
		title: r.get("영화명"), released: Date(r.get("개봉일")), directors: splitBy(r.get("감독"), ","),
		genres: splitBy(r.get("장르"), ","), countries: splitBy(r.get("국적", "대표국적"), ","), grade: gradeOf(strings.Split(r.get("등급")+",", ",")[0]),
	}
	if f.title == "" || strings.HasPrefix(r.get("순번", "순위"), "합계") || f.title == "합계" {
		return film{notFilm: noRow}
	}
	f.key = strings.Join([]string{f.title, f.released, strings.Join(f.directors, ",")}, "\n")
	if id := kobisID(r.get("영화코드")); kobisForm.MatchString(id) {
		f.ids.KOBIS, f.key = id, id
	}
	return f
}

// text is a text of JSON. KOBIS and KMDb write numbers as texts, and others write texts as numbers.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) > 0 && raw[0] == '"':
		return json.Unmarshal(raw, (*string)(t))
	case string(raw) == "null", len(raw) > 0 && (raw[0] == '{' || raw[0] == '['):
		*t = ""
	default:
		*t = text(raw)
	}
	return nil
}

func (t text) String() string { return string(t) }

// kobisFilm is a film in an answer of KOBIS.
type kobisFilm struct {
	MovieCd, MovieNm, MovieNmEn, MovieNmOg, ShowTm, PrdtYear, OpenDt text
	GenreAlt, RepGenreNm, NationAlt, RepNationNm                     text

	Genres    []struct{ GenreNm text }
	Nations   []struct{ NationNm text }
	Directors []struct{ PeopleNm text }
	Actors    []struct{ PeopleNm, Cast text }
	Audits    []struct{ WatchGradeNm text }
}

func kobisJSON(raw []byte) (film, bool) {
	var k kobisFilm
	if json.Unmarshal(raw, &k) != nil || !kobisForm.MatchString(string(k.MovieCd)) {
		return film{}, false
	}
	f := film{
		key: string(k.MovieCd), title: string(k.MovieNm), original: string(k.MovieNmOg), runtime: minutes(string(k.ShowTm)),
		released: Date(string(k.OpenDt)), produced: year4(string(k.PrdtYear)),
	}
	f.addEnglish(string(k.MovieNmEn))
	f.ids.KOBIS = string(k.MovieCd)
	for _, g := range k.Genres {
		f.genres = append(f.genres, splitBy(string(g.GenreNm), ",")...)
	}
	if len(f.genres) == 0 {
		f.genres = splitBy(string(cmp.Or(k.GenreAlt, k.RepGenreNm)), ",")
	}
	for _, n := range k.Nations {
		f.countries = append(f.countries, string(n.NationNm))
	}
	if len(f.countries) == 0 {
		f.countries = splitBy(string(cmp.Or(k.NationAlt, k.RepNationNm)), ",")
	}
	for _, d := range k.Directors {
		f.directors = append(f.directors, string(d.PeopleNm))
	}
	for _, a := range k.Actors {
		f.cast = append(f.cast, movie.CastMember{Name: string(a.PeopleNm), Role: role(string(a.Cast))})
	}
	for _, a := range k.Audits {
		f.grade = cmp.Or(f.grade, gradeOf(string(a.WatchGradeNm)))
	}
	return f, true
}

// kmdbFilm is a film in an answer of KMDb.
type kmdbFilm struct {
	MovieID                                 text `json:"movieId"`
	MovieSeq                                text `json:"movieSeq"`
	Title, TitleEng, TitleOrg, TitleEtc     text
	ProdYear, Nation, Runtime, Rating, Type text
	Genre                                   text
	RepRlsDate                              text `json:"repRlsDate"`
	ReleaseDate                             text `json:"releaseDate"`

	Directors struct {
		Director []struct{ DirectorNm text }
	}
	Actors struct {
		Actor []struct{ ActorNm text }
	}
	Plots struct {
		Plot []struct{ PlotLang, PlotText text }
	}
}

// hits are the marks of KMDb around what was searched for.
var hits = strings.NewReplacer("!HS", "", "!HE", "")

func kmdbJSON(raw []byte) (film, bool) {
	var k kmdbFilm
	if json.Unmarshal(raw, &k) != nil || k.MovieID == "" && k.MovieSeq == "" {
		return film{}, false
	}
	id := string(k.MovieID + k.MovieSeq)
	f := film{
		key: id, title: hits.Replace(string(k.Title)), original: hits.Replace(string(k.TitleOrg)), runtime: minutes(string(k.Runtime)),
		produced: year4(string(k.ProdYear)), released: Date(string(cmp.Or(k.RepRlsDate, k.ReleaseDate))),
		genres: splitBy(string(k.Genre), ","), countries: splitBy(string(k.Nation), ","), grade: gradeOf(string(k.Rating)),
	}
	f.addEnglish(hits.Replace(string(k.TitleEng)))
	f.aliases = append(f.aliases, splitBy(hits.Replace(string(k.TitleEtc)), "^")...)
	if kmdbForm.MatchString(id) {
		f.ids.KMDb = id
	}
	if kind := string(k.Type); strings.Contains(strings.ToLower(kind), "tv") && !IsFilm(kind) {
		f.notFilm = string(k.Type)
	}
	for _, d := range k.Directors.Director {
		f.directors = append(f.directors, hits.Replace(string(d.DirectorNm)))
	}
	for _, a := range k.Actors.Actor {
		f.cast = append(f.cast, movie.CastMember{Name: hits.Replace(string(a.ActorNm))})
	}
	for _, p := range k.Plots.Plot {
		f.plot = cmp.Or(f.plot, string(p.PlotText))
	}
	return f, true
}
