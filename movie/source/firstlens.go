package source

import (
	"io"
	"regexp"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// firstLensRow is a row of u.item of ml-100k: a number, the title, the dates of the release and of the video, an address, and
// whether the film is of each of 19 genres. It has no header.
var firstLensRow = regexp.MustCompile(`^\d+\|[^|\r\n]*\|[^|\r\n]*\|[^|\r\n]*\|[^|\r\n]*(?:\|[01]){19}\r?(\n|$)`)

func isFirstLens(head string) bool { return firstLensRow.MatchString(head) }

// firstLensGenres are the genres of u.item in the order of u.genre.
var firstLensGenres = []string{
	"", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery",
	"Romance", "Sci-Fi", "Thriller", "War", "Western",
}

// beforeGenres is how many cells stand before the genres.
const beforeGenres = 5

type firstLens struct{ rows tabular.Rows }

func newFirstLens(r io.Reader) *firstLens {
	return &firstLens{tabular.NewTable(r, tabular.Dialect{Comma: '|', Quotes: tabular.Letters})}
}

// Next implements [movie.Items]. The numbers are not those of later data sets of MovieLens, and most dates are the first of a
// January, so that only title and year tell which film it is.
func (f *firstLens) Next() (movie.Item, error) {
	for {
		read, err := f.rows.Next()
		if err != nil {
			return movie.Item{}, err
		}
		if read.Err != nil {
			return movie.Item{Line: read.Line, Text: read.Text, Failed: movie.Unreadable(read)}, nil //nolint:nilerr // an invalid row does not stop the import
		}
		if len(read.Cells) != beforeGenres+len(firstLensGenres) {
			return movie.Item{Line: read.Line, Text: read.Text, Failed: &movie.RowError{Line: read.Line, Text: movie.OtherColumns}}, nil
		}
		if strings.EqualFold(strings.TrimSpace(read.Cells[1]), "unknown") { // a row for films that nobody knew any more
			continue
		}
		out := film{key: "ml-100k " + read.Cells[0]}
		t := ParseLensTitle(strings.TrimSpace(read.Cells[1]))
		out.title, out.original, out.aliases, out.released, out.notFilm = t.Title, t.Original, t.aliases, t.Year, t.Span
		for i, flag := range read.Cells[beforeGenres:] {
			if flag == "1" && firstLensGenres[i] != "" {
				out.genres = append(out.genres, firstLensGenres[i])
			}
		}
		return out.item(read.Line, read.Text), nil
	}
}
