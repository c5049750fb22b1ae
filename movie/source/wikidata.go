package source

import (
	"cmp"
	"slices"
)

// wikidataNames are the columns as queries usually name them.
var wikidataNames = []string{
	"pubdate", "publicationdate", "publication_date", "releasedate", "release_date", "date", "year", "imdb", "imdbid", "imdb_id", "tmdb", "tmdbid",
	"tmdb_id", "director", "directorlabel", "directors", "genre", "genrelabel", "genres", "duration", "runtime", "countrylabel", "country",
	"originaltitle", "original_title", "kobis", "kobisid", "kmdb", "kmdbid", "letterboxd", "letterboxdid", "castlabel", "cast",
}

// wikidata reads the rows of a film: there is one for each of its dates, genres, directors and so on.
func wikidata(rows []row) film {
	var f film
	for _, r := range rows {
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
