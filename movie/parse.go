package movie

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/web"
)

// ParseDraft reads a film from JSON by the rules of POST /movies, for whoever takes films in another
// way than that route. It returns the errors of a body: malformed, or validation_failed with all that is wrong.
func ParseDraft(body []byte) (Draft, error) {
	var req createRequest
	if err := web.ParseJSON(body, &req); err != nil {
		return Draft{}, err
	}
	return req.draft(), nil
}

// Patch returns the change that makes a film what the draft is.
func (d Draft) Patch() Patch {
	cast := d.Cast
	if cast == nil {
		cast = []CastMember{}
	}
	return Patch{Title: &d.Title, Plot: &d.Plot, Cast: cast, Playtime: &d.Playtime, Genre: &d.Genre}
}

// Cast returns the cast in the order in which it was given, never nil.
func (m Movie) Cast() ([]CastMember, error) {
	cast := []CastMember{}
	if err := json.Unmarshal([]byte(m.CastMembers), &cast); err != nil {
		return nil, fmt.Errorf("read the cast of movie %d: %w", m.ID, err)
	}
	return cast, nil
}

// Genres returns the genres that a film may have, in the order of the contract.
func Genres() []string {
	return []string{
		"SF", "Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family",
		"Fantasy", "History", "Horror", "Music", "Mystery", "Romance", "Thriller", "War", "Western",
	}
}

// Stamp is that a film is there, and when it was last edited.
type Stamp struct {
	ID        int64
	UpdatedAt time.Time
}

// Between returns the films with ids above after and up to last, in the order of their ids.
func (s *Service) Between(ctx context.Context, after, last int64) ([]Stamp, error) {
	var rows []Stamp
	err := s.db.Reader(ctx).Model(&Movie{}).Select("id", "updated_at").Where("id > ? AND id <= ?", after, last).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list movies %d to %d: %w", after, last, err)
	}
	return rows, nil
}

// LastID returns the largest id of a film, 0 when there is none.
func (s *Service) LastID(ctx context.Context) (int64, error) {
	var id int64
	if err := s.db.Row(ctx, "SELECT COALESCE(MAX(id), 0) FROM movies").Scan(&id); err != nil {
		return 0, fmt.Errorf("look for the last movie: %w", err)
	}
	return id, nil
}
