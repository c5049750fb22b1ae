package source

import (
	"cmp"
	"strings"
)

// imdbTitle reads a row of title.basics. Null is \N, and a quotation mark is a letter.
func imdbTitle(r row) film {
	get := func(name string) string {
		value := r.get(name)
		if value == `\N` {
			return ""
		}
		return value
	}
	id := IMDbID(get("tconst"))
	if id == "" {
		return film{notFilm: broken}
	}
	f := film{key: id, title: get("primarytitle")}
	if kind := get("titletype"); !IsFilm(kind) || get("endyear") != "" { // most rows are episodes
		f.notFilm = cmp.Or(kind, "?")
		return f
	}
	f.ids.IMDb = id
	f.original, f.runtime = get("originaltitle"), minutes(get("runtimeminutes"))
	f.released = Date(get("startyear"))
	f.genres = splitBy(get("genres"), ",")
	f.directors = r.more.directorsOf(id)
	return f
}

// imdbListed reads a row of a list, of ratings or of a watchlist, of all generations. Title and type are in the language of
// the account.
func imdbListed(r row) film {
	id := IMDbID(r.get("const"))
	if IsIMDbPerson(r.get("const")) { // of a list of people
		return film{key: r.get("const"), title: r.get("name", "title"), notFilm: "person"}
	}
	if id == "" {
		return film{notFilm: broken}
	}
	f := film{
		key: id, title: cmp.Or(r.get("title"), r.get("original_title")), original: r.get("original_title"),
		runtime: minutes(r.get("runtime_(mins)")), genres: splitBy(r.get("genres"), ","), directors: splitBy(r.get("directors"), ","),
	}
	if kind := r.get("title_type"); kind != "" && !IsFilm(kind) || strings.ContainsAny(r.get("year"), "-–") {
		f.notFilm = cmp.Or(kind, r.get("year"))
		return f
	}
	f.ids.IMDb = id
	f.released = cmp.Or(Date(r.get("release_date", "release_date_(month/day/year)")), Date(r.get("year")))
	if year := Date(r.get("year")); year != "" && !strings.HasPrefix(f.released, year) {
		f.released = year // the date is that of the country of the account
	}
	return f
}
