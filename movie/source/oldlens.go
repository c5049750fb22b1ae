package source

import (
	"io"
	"regexp"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// oldLensRow is a row of movies.dat, which the data sets of MovieLens had until ml-10m: "1::Toy Story (1995)::Comedy|Drama". It
// has no header.
var oldLensRow = regexp.MustCompile(`^\d+::[^\r\n]+::[^\r\n:]+\r?(\n|$)`)

func isOldLens(head string) bool { return oldLensRow.MatchString(head) }

// oldLens reads movies.dat. Titles have colons, but none twice in a row.
type oldLens struct {
	rows tabular.Rows
	more *supplements
}

// newOldLens takes a character between the cells that no title has, so that the cells are whole lines.
func newOldLens(r io.Reader, more *supplements) *oldLens {
	return &oldLens{tabular.NewTable(r, tabular.Dialect{Comma: '\v', Quotes: tabular.Letters}), more}
}

// Next implements [movie.Items].
func (o *oldLens) Next() (movie.Item, error) {
	read, err := o.rows.Next()
	if err != nil {
		return movie.Item{}, err
	}
	if read.Err != nil {
		return movie.Item{Line: read.Line, Text: read.Text, Failed: movie.Unreadable(read)}, nil //nolint:nilerr // an invalid row does not stop the import
	}
	cells := strings.Split(read.Text, "::")
	if len(cells) != len(lensColumns) {
		return movie.Item{Line: read.Line, Text: read.Text, Failed: &movie.RowError{Line: read.Line, Text: movie.OtherColumns}}, nil
	}
	f := movieLens(row{read.Line, read.Text, cells, lensColumns, o.more})
	if f.notFilm == broken {
		return movie.Item{Line: read.Line, Text: read.Text, Failed: &movie.RowError{Line: read.Line, Text: brokenRow}}, nil
	}
	return f.item(read.Line, read.Text), nil
}

// lensColumns are the places of cells in movies.dat.
var lensColumns = map[string]int{"movieid": 0, "title": 1, "genres": 2}
