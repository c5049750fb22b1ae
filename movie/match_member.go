package movie

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Matched says which film of the catalogue a draft is about.
type Matched struct {
	MovieID    int64       // 0 if that is unclear
	Reason     apperr.Text // why it is unclear
	Candidates []int64     // the films that it may be about then
}

// unknownFilm is the reason for films that the catalogue does not have.
var unknownFilm = apperr.Text{
	EN: "The catalogue does not have this film. Once it has been added, import the file again.",
	KO: "카탈로그에 없는 영화입니다. 영화가 등록된 뒤에 파일을 다시 가져오면 들어옵니다.",
}

// Match finds the films that drafts are about by ids, titles and years, as the import of a catalogue does, but makes none, and finds no hidden ones. The
// number of its queries depends on the number of drafts only by hundreds.
func (s *Service) Match(ctx context.Context, drafts []Draft) ([]Matched, error) {
	rows := make([]*candidate, len(drafts))
	var ids []ExternalID
	var hashes []int64
	for i, d := range drafts {
		rows[i] = newCandidate(Movie{Title: d.Title}, d)
		ids = append(ids, d.ExternalIDs.List()...)
		if d.Title != "" {
			hashes = append(hashes, rows[i].titles...)
		}
	}
	slices.Sort(hashes)
	k, err := loadKnown(s.db.Reader(ctx), ids, slices.Compact(hashes), nil, "", false)
	if err != nil {
		return nil, fmt.Errorf("match %d films: %w", len(drafts), err)
	}
	k.dropHidden()
	out := make([]Matched, len(drafts))
	for i, row := range rows {
		out[i] = k.matchMember(row)
	}
	return out, nil
}

// matchMember is match for a draft that makes no film.
func (k *known) matchMember(row *candidate) Matched {
	m := k.matchIDs(row)
	if m.film == nil && m.unclear == (apperr.Text{}) && row.draft.Title != "" {
		m = k.matchTitle(row, false)
	}
	if m.film != nil {
		return Matched{MovieID: m.film.movie.ID}
	}
	out := Matched{Reason: m.unclear}
	if out.Reason == (apperr.Text{}) {
		out.Reason = unknownFilm
	}
	for _, c := range m.candidates {
		out.Candidates = append(out.Candidates, c.movie.ID)
	}
	return out
}

// dropHidden leaves out the films that moderators have hidden: to members they are not there.
func (k *known) dropHidden() {
	for id, c := range k.holders {
		if c.movie.Hidden {
			delete(k.holders, id)
		}
	}
	for hash, films := range k.titles {
		k.titles[hash] = slices.DeleteFunc(films, func(c *candidate) bool { return c.movie.Hidden })
	}
}

// TitleKey returns what the spellings of a title have in common, as a number.
func TitleKey(title string) int64 { return hashTitle(title) }

// Differs reports whether two films have different ids of the same kind, and so are different films.
func (e ExternalIDs) Differs(other ExternalIDs) bool { return e.differs(other) }

// LockAll locks films in ascending order of their ids until the transaction ends, and returns which of them members see.
func LockAll(tx *gorm.DB, ids []int64) (map[int64]bool, error) {
	there := make(map[int64]bool, len(ids))
	for some := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), statementRows) {
		in, args := database.InList(some)
		var found []Movie
		err := database.ForUpdate(tx).Select("id", "hidden").Where("id IN "+in, args...).Order("id").Find(&found).Error
		if err != nil {
			return nil, fmt.Errorf("lock %d movies: %w", len(some), err)
		}
		for _, m := range found {
			there[m.ID] = !m.Hidden
		}
	}
	return there, nil
}
