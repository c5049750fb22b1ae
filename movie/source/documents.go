package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// document is a format of JSON. It is told by a key.
type document struct {
	format Format
	key    string
	paths  []string
	film   func(raw []byte) (film, bool)
}

var documents = []document{
	{KOBIS, "movieListResult", []string{"movieListResult.movieList[]", "[].movieListResult.movieList[]"}, kobisJSON},
	{KOBIS, "movieInfoResult", []string{"movieInfoResult.movieInfo", "[].movieInfoResult.movieInfo"}, kobisJSON},
	{KOBIS, "boxOfficeResult", []string{
		"boxOfficeResult.dailyBoxOfficeList[]", "boxOfficeResult.weeklyBoxOfficeList[]", "[].boxOfficeResult.dailyBoxOfficeList[]", "[].boxOfficeResult.weeklyBoxOfficeList[]",
	}, kobisJSON},
	{KOBIS, "movieCd", []string{"[]", ""}, kobisJSON},
	{KMDb, "Result", []string{"Data[].Result[]", "[].Data[].Result[]"}, kmdbJSON},
	{KMDb, "movieSeq", []string{"[]", ""}, kmdbJSON},
}

// lines reads own JSON Lines, or the answers of an API on a line each.
func (s *Source) lines(r io.Reader, o Options) error {
	if isWikidata(s.File.Head, o) {
		return s.wikidata(r)
	}
	if d := documentOf(s.File.Head, o); d != nil && !o.isOwn() {
		return s.read(r, d)
	}
	if isDailyIDs(s.File.Head) && !o.isOwn() {
		return fmt.Errorf("%w: this is the daily list of ids of TMDB, which has no years and alone makes no catalogue", ErrUnknown)
	}
	if o.Format != nil && !o.isOwn() {
		return fmt.Errorf("%w: it has JSON, which is not %s", ErrUnknown, o.Format.Title)
	}
	if !o.isOwn() && strings.TrimSpace(s.File.Head) != "" && !hasTitle(s.File.Head) {
		return unknown("JSON without a title")
	}
	s.Format, s.Items = Own, movie.NewLines(tabular.NewLines(r))
	return nil
}

// hasTitle reports whether one of the first objects of a file has a title, and not only an object within it.
func hasTitle(head string) bool {
	values := json.NewDecoder(strings.NewReader(head))
	for {
		var object map[string]json.RawMessage
		if err := values.Decode(&object); errors.Is(err, io.EOF) {
			return false
		} else if err != nil { // of what is cut off or no object, the rows tell more
			return strings.Contains(head, `"title"`)
		}
		if _, has := object["title"]; has {
			return true
		}
	}
}

// isDailyIDs reports whether a file is what TMDB publishes of its ids every day.
func isDailyIDs(head string) bool {
	first := firstLine(head)
	return strings.Contains(first, `"popularity"`) && (strings.Contains(first, `"original_title"`) || strings.Contains(first, `"original_name"`)) &&
		!strings.Contains(first, `"title"`)
}

// documents reads the answers of an API, or an array of own objects.
func (s *Source) documents(r io.Reader, o Options) error {
	if isWikidata(s.File.Head, o) {
		return s.wikidata(r)
	}
	if d := documentOf(s.File.Head, o); d != nil && !o.isOwn() {
		return s.read(r, d)
	}
	if o.isOwn() || o.Format == nil && strings.Contains(s.File.Head, `"title"`) && strings.Contains(s.File.Head, `"playtime"`) {
		whole := "[]"
		if !strings.HasPrefix(strings.TrimSpace(s.File.Head), "[") {
			whole = "" // objects of several lines
		}
		s.Format = Own
		s.Items = movie.NewLines(tabular.NewDocuments(r, func(path string) bool { return path == whole }))
		return nil
	}
	return unknown("JSON of another form")
}

// documentOf returns the format with the first key in the begin of a file.
func documentOf(head string, o Options) *document {
	best, at := -1, len(head)
	for i, d := range documents {
		if o.Format != nil && *o.Format != d.format {
			continue
		}
		if found := strings.Index(head, `"`+d.key+`"`); found >= 0 && found < at {
			best, at = i, found
		}
	}
	if best < 0 {
		return nil
	}
	return &documents[best]
}

func (s *Source) read(r io.Reader, d *document) error {
	s.Format = d.format
	wanted := func(path string) bool { return slices.Contains(d.paths, path) }
	if slices.Contains(d.paths, "") && !strings.HasPrefix(strings.TrimSpace(s.File.Head), "[") {
		wanted = func(path string) bool { return path == "" }
	} else if slices.Contains(d.paths, "") {
		wanted = func(path string) bool { return path == "[]" }
	}
	s.Items = &documentItems{tabular.NewDocuments(r, wanted), d}
	return nil
}

type documentItems struct {
	rows tabular.Rows
	*document
}

// Next implements [movie.Items].
func (d *documentItems) Next() (movie.Item, error) {
	row, err := d.rows.Next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return movie.Item{}, io.EOF
		}
		return movie.Item{}, err
	}
	text := string(row.JSON)
	f, ok := d.film(row.JSON)
	if !ok {
		return movie.Item{Line: row.Line, Text: text, Failed: &movie.RowError{Line: row.Line, Text: badObject}}, nil
	}
	return f.item(row.Line, text), nil
}
