package source

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
)

// tmdb reads a row of tmdb_5000_movies.csv: cells with lists are JSON. In files that others have made from TMDB they have only
// names, with commas or vertical lines between them.
func tmdb(r row) film { return tmdbFilm(r, func(s string) string { return s }) }

// metadata reads a row of movies_metadata.csv, whose cells with lists are literals of Python. Three of its records are broken
// into two lines each, so that their cells stand in wrong columns.
func metadata(r row) film {
	if len(r.cells) != len(r.columns) {
		return film{notFilm: broken}
	}
	if adult := r.get("adult"); adult != "True" && adult != "False" {
		return film{notFilm: broken}
	}
	return tmdbFilm(r, fromPython)
}

func tmdbFilm(r row, toJSON func(string) string) film {
	id := Number(r.get("id"))
	if id == 0 {
		return film{notFilm: broken}
	}
	f := film{
		key: r.get("id"), title: cmp.Or(r.get("title"), r.get("original_title")), original: r.get("original_title"), plot: r.get("overview"),
		runtime: minutes(r.get("runtime")), released: Date(r.get("release_date")),
		genres: listed(r.get("genres"), "name", toJSON), countries: listed(r.get("production_countries"), "iso_3166_1", toJSON),
		languages: languageCodes(listed(r.get("spoken_languages"), "iso_639_1", toJSON)), directors: plainNames(r.get("directors", "director")),
	}
	if f.released == "" {
		f.released = Date(r.get("release_year"))
	} else if year := Date(r.get("release_year")); year != "" && !strings.HasPrefix(f.released, year) {
		f.released = year
	}
	for _, name := range plainNames(r.get("cast")) {
		f.cast = append(f.cast, movie.CastMember{Name: name})
	}
	if len(f.languages) == 0 {
		f.languages = splitBy(r.get("original_language"), " ")
	}
	f.ids.TMDB, f.ids.IMDb = id, IMDbID(r.get("imdb_id"))
	return f
}

// listed returns the values of a key in a list of objects, or the names in a cell that has only these.
func listed(cell, key string, toJSON func(string) string) []string {
	if strings.HasPrefix(cell, "[") {
		return valuesOf(toJSON(cell), key)
	}
	return plainNames(cell)
}

// plainNames returns names with commas or vertical lines between them. Where there are vertical lines, a comma is part of a
// name.
func plainNames(cell string) []string {
	switch {
	case strings.HasPrefix(cell, "["):
		return nil
	case strings.Contains(cell, "|"):
		return splitBy(cell, "|")
	}
	return splitBy(cell, ",")
}

// languageCodes leaves out the names of languages.
func languageCodes(all []string) []string {
	return slices.DeleteFunc(all, func(code string) bool { return !movie.IsLanguage(code) })
}

// valuesOf returns the values of a key in a JSON list of objects.
func valuesOf(list, key string) (values []string) {
	var objects []map[string]any
	if json.Unmarshal([]byte(list), &objects) != nil {
		return nil
	}
	for _, o := range objects {
		if text, ok := o[key].(string); ok && text != "" {
			values = append(values, text)
		}
	}
	return values
}

// tmdbCredits reads a row of tmdb_5000_credits.csv. It adds cast and directors to a film.
func tmdbCredits(r row) film {
	id := Number(r.get("movie_id", "id"))
	if id == 0 {
		return film{notFilm: broken}
	}
	f := film{key: "credits/" + r.get("movie_id", "id"), title: r.get("title"), adds: true}
	f.ids.TMDB = id
	var cast, crew []struct{ Name, Character, Job string }
	if !readCredits(r.get("cast"), &cast) || !readCredits(r.get("crew"), &crew) {
		return film{notFilm: broken}
	}
	for _, c := range cast {
		f.cast = append(f.cast, movie.CastMember{Name: c.Name, Role: role(c.Character)})
	}
	for _, c := range crew {
		if c.Job == "Director" {
			f.directors = append(f.directors, c.Name)
		}
	}
	return f
}

// readCredits reads a list of objects: JSON in tmdb_5000_credits.csv, and a literal of Python in the credits.csv of The Movies
// Dataset.
func readCredits(cell string, to any) bool {
	return json.Unmarshal([]byte(cell), to) == nil || json.Unmarshal([]byte(fromPython(cell)), to) == nil
}

// fromPython turns a literal of Python, of lists, dictionaries, texts, numbers, None, True and False, into JSON. What is none
// becomes something that is no JSON.
func fromPython(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		switch c := text[0]; {
		case c == '\'' || c == '"':
			literal, rest, ok := pythonText(text)
			if !ok {
				return ""
			}
			quoted, err := json.Marshal(literal)
			if err != nil {
				return ""
			}
			b.Write(quoted)
			text = rest
		case strings.HasPrefix(text, "None"):
			b.WriteString("null")
			text = text[len("None"):]
		case strings.HasPrefix(text, "True"):
			b.WriteString("true")
			text = text[len("True"):]
		case strings.HasPrefix(text, "False"):
			b.WriteString("false")
			text = text[len("False"):]
		default:
			b.WriteByte(c)
			text = text[1:]
		}
	}
	return b.String()
}

// pythonText returns the text that a literal begins with, and what follows it.
func pythonText(literal string) (text, rest string, ok bool) {
	quote := literal[0]
	var b strings.Builder
	for i := 1; i < len(literal); i++ {
		switch c := literal[i]; {
		case c == quote:
			return b.String(), literal[i+1:], true
		case c == '\\' && i+1 < len(literal):
			i++
			switch literal[i] {
			case 'n':
				b.WriteByte('\n')
			case 't', 'r':
				b.WriteByte(' ')
			case 'x':
				i += 2 // a control character: no other is written so
			default:
				b.WriteByte(literal[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
