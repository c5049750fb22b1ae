package site

import (
	"cmp"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/web"
)

// detailFields are the fields of a film that may stay empty, in the order of the form.
var detailFields = append([]string{
	"original_title", "aliases", "release_date", "production_year", "directors", "countries", "languages", "age_grade",
}, externalFields...)

// externalFields are the ids of a film in other catalogues.
var externalFields = []string{"imdb", "tmdb", "kobis", "kmdb", "wikidata", "letterboxd", "movielens"}

// ageGrades are the grades of the Korea Media Rating Board.
var ageGrades = []string{"all", "12", "15", "adult", "restricted"}

// addDetails adds the fields that are not empty to the body of POST /movies.
func (f *filmFields) addDetails(film map[string]any) {
	for _, name := range []string{"original_title", "release_date", "age_grade"} {
		if text := f.values[name]; !web.Blank(text) {
			film[name] = text
		}
	}
	if year := f.values["production_year"]; !web.Blank(year) {
		film["production_year"] = numberOrText(year)
	}
	for name, separator := range map[string]string{"aliases": "\n", "directors": ",", "countries": ",", "languages": ","} {
		values := []string{}
		for part := range strings.SplitSeq(f.values[name], separator) {
			if !web.Blank(part) {
				values = append(values, strings.TrimSpace(part))
			}
		}
		film[name] = values
	}
	f.addGenres(film)
	film["external_ids"] = f.externalIDs()
}

// addGenres adds the chosen genre and the others after it.
func (f *filmFields) addGenres(film map[string]any) {
	genre := f.values["genre"]
	if genre == "" {
		delete(film, "genre") // a missing one is told apart from an unknown one
		return
	}
	genres := []string{genre}
	for _, other := range f.genres {
		if other != genre {
			genres = append(genres, other)
		}
	}
	film["genres"] = genres
}

func (f *filmFields) externalIDs() map[string]any {
	ids := map[string]any{}
	for _, name := range externalFields {
		switch text := f.values[name]; {
		case web.Blank(text):
		case name == "tmdb" || name == "movielens":
			ids[name] = numberOrText(text)
		default:
			ids[name] = strings.TrimSpace(text)
		}
	}
	return ids
}

// detailValues returns the fields of the form for the details of a film.
func detailValues(m movie.Movie, d movie.Details) map[string]string {
	return map[string]string{
		"original_title": d.OriginalTitle, "aliases": strings.Join(d.Aliases, "\n"), "release_date": m.ReleaseDate,
		"production_year": numberOrNone(d.ProductionYear), "directors": strings.Join(d.Directors, ", "),
		"countries": strings.Join(d.Countries, ", "), "languages": strings.Join(d.Languages, ", "), "age_grade": d.AgeGrade,
		"imdb": d.ExternalIDs.IMDb, "tmdb": numberOrNone(d.ExternalIDs.TMDB), "kobis": d.ExternalIDs.KOBIS, "kmdb": d.ExternalIDs.KMDb,
		"wikidata": d.ExternalIDs.Wikidata, "letterboxd": d.ExternalIDs.Letterboxd, "movielens": numberOrNone(d.ExternalIDs.MovieLens),
	}
}

// numberOrNone returns the digits of a number, "" for 0.
func numberOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// detailErrors returns errors by the field of the form: that of a value in a list is that of the list.
func detailErrors(errs map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range errs {
		field, _, _ := strings.Cut(strings.TrimPrefix(name, "external_ids."), "[")
		if field == "cast" {
			field = name
		}
		out[field] = text
	}
	return out
}

// countryNames returns a function that returns the name of a country by its code (ISO 3166-1) in a language, by the data of
// Unicode CLDR, or the code if there is none.
func countryNames(lang string) func(code string) string {
	names := display.Regions(language.Make(lang))
	return func(code string) string {
		region, err := language.ParseRegion(code)
		if err != nil {
			return code
		}
		return cmp.Or(names.Name(region), code)
	}
}

// languageNames is countryNames for codes of languages (ISO 639).
func languageNames(lang string) func(code string) string {
	names := display.Languages(language.Make(lang))
	return func(code string) string {
		tag, err := language.Parse(code)
		if err != nil {
			return code
		}
		return cmp.Or(names.Name(tag), code)
	}
}

// elsewhere is the page of a film on another site.
type elsewhere struct{ Site, URL string }

// pagesElsewhere returns the pages of a film on the sites that have one for each id.
func pagesElsewhere(e movie.ExternalIDs) (found []elsewhere) {
	for _, one := range []struct{ site, address, id string }{
		{"IMDb", "https://www.imdb.com/title/", e.IMDb},
		{"TMDB", "https://www.themoviedb.org/movie/", numberOrNone(e.TMDB)},
		{"Letterboxd", "https://boxd.it/", e.Letterboxd},
		{"Wikidata", "https://www.wikidata.org/wiki/", e.Wikidata},
	} {
		if one.id != "" {
			found = append(found, elsewhere{one.site, one.address + one.id})
		}
	}
	return found
}
