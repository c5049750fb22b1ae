package source

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
)

// tmdb reads a row of tmdb_5000_movies.csv: cells with lists are JSON.
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
		genres: valuesOf(toJSON(r.get("genres")), "name"), countries: valuesOf(toJSON(r.get("production_countries")), "iso_3166_1"),
		languages: valuesOf(toJSON(r.get("spoken_languages")), "iso_639_1"),
	}
	if len(f.languages) == 0 {
		f.languages = splitBy(r.get("original_language"), " ")
	}
	f.ids.TMDB, f.ids.IMDb = id, IMDbID(r.get("imdb_id"))
	return f
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
	f := film{key: "credits/" + r.get("movie_id", "id"), title: cmp.Or(r.get("title"), "?"), adds: true}
	f.ids.TMDB = id
	var cast, crew []struct{ Name, Character, Job string }
	if json.Unmarshal([]byte(r.get("cast")), &cast) != nil || json.Unmarshal([]byte(r.get("crew")), &crew) != nil {
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
