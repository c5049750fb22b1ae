package movie

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cinecircle/cinecircle/platform/database"
)

// exported is a film as [Service.Export] writes it: the fields of POST /movies, all of them.
type exported struct {
	Title       string          `json:"title"`
	Plot        string          `json:"plot"`
	Cast        json.RawMessage `json:"cast"`
	Playtime    *int64          `json:"playtime"`
	ReleaseDate *string         `json:"release_date"`
}

// exportFilms is how many films are read at a time.
const exportFilms = 500

// Export writes all films but hidden ones, which would be shown wherever they are imported, as JSON Lines that an import takes back unchanged, in the order of their ids, and returns how many
// there are. Films that are added or changed meanwhile may be missing or old.
func (s *Service) Export(ctx context.Context, w io.Writer) (films int64, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	for last := int64(0); ; {
		db := s.db.Reader(ctx)
		rows, err := readMovies(db, "SELECT "+movieColumns+" FROM movies WHERE id > ? AND "+notHidden+" ORDER BY id"+database.Limit(db.Name()), []any{last, exportFilms}, exportFilms)
		if err != nil {
			return films, fmt.Errorf("export films after %d: %w", last, err)
		}
		for _, m := range rows {
			text, err := m.export()
			if err != nil {
				return films, err
			}
			if _, err := out.Write(text); err != nil {
				return films, fmt.Errorf("write the export: %w", err)
			}
			films, last = films+1, m.ID
		}
		if len(rows) < exportFilms {
			if err := out.Flush(); err != nil {
				return films, fmt.Errorf("write the export: %w", err)
			}
			return films, nil
		}
	}
}

// export returns the line of a film, with its line break.
func (m Movie) export() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(exported{m.Title, m.Plot, json.RawMessage(m.CastMembers), orNil(m.Playtime), orNil(m.ReleaseDate)})
	if err != nil {
		return nil, fmt.Errorf("export movie %d: %w", m.ID, err)
	}
	b.Truncate(b.Len() - len("}\n"))
	b.WriteByte(',')
	b.WriteString(m.rawDetails()[1:])
	b.WriteByte('\n')
	return b.Bytes(), nil
}
