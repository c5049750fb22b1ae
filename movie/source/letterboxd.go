package source

// letterboxd reads a row of a list or of another file of an export. The address in a diary or review is that of the entry, and
// not of the film.
func letterboxd(r row) film {
	f := film{title: r.get("name"), released: Date(r.get("year"))}
	if _, entry := r.columns["watched_date"]; !entry {
		f.ids.Letterboxd = LetterboxdID(r.get("letterboxd_uri", "url"))
	}
	if f.key = f.ids.Letterboxd; f.key == "" {
		f.key = f.title + "\n" + f.released
	}
	return f
}

// letterboxdImport reads a row of a file in the shape that Letterboxd imports.
func letterboxdImport(r row) film {
	f := film{title: r.get("title"), released: Date(r.get("year")), directors: splitBy(r.get("directors"), ",")}
	f.ids.Letterboxd, f.ids.IMDb, f.ids.TMDB = LetterboxdID(r.get("letterboxduri")), IMDbID(r.get("imdbid")), Number(r.get("tmdbid"))
	if kind := r.get("type", "title_type", "media_type"); kind != "" && !IsFilm(kind) { // as tools add it
		f.notFilm = kind
	}
	for _, id := range f.ids.List() {
		if f.key == "" {
			f.key = id.String()
		}
	}
	if f.key == "" {
		f.key = f.title + "\n" + f.released
	}
	return f
}
