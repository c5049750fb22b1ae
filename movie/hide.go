package movie

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// HiddenIDs is a subquery for the ids of the films that are hidden. They are few, and an index has them.
const HiddenIDs = "(SELECT id FROM movies WHERE hidden = 1)"

// notHidden is the condition of films that lists show. The planners do not take it for one of the index of hidden films.
const notHidden = "movies.hidden IS NOT TRUE"

// HideHook changes what a domain counts of a film that is being hidden, or brought back. The film is locked and its column
// is set already.
type HideHook func(tx *gorm.DB, m Movie, hidden bool) error

// OnHide registers fn to run in the transaction that hides a film or brings it back. If fn returns an error, the film stays
// as it was.
func (s *Service) OnHide(fn HideHook) { s.onHide = append(s.onHide, fn) }

// VisibleTo reports whether a reader may see the film: of hidden ones only who added it, and moderators.
func (m Movie) VisibleTo(reader auth.Viewer) bool {
	return !m.Hidden || reader.Moderates() || reader.UserID != 0 && reader.UserID == m.Owner()
}

// SetHidden hides a film from everybody but the user who added it and moderators, or undoes that. It returns the id of that
// user, 0 if there is none, and whether anything has changed, or [ErrNotFound].
//
// Who may see a hidden film can read, edit, merge and delete it by its id. It is in no list, search or card of anybody, and
// nobody can attach anything to it: [LockShown] does not find it. What members have attached stays as it is, so that all of it
// comes back, but neither shows nor counts: reviews carry a mark of their own, and the hooks of [Service.OnHide] take the film
// out of the counters of members and lists. Of the counters of the film that of reviews is 0 while it is hidden; its
// reactions and ratings stay, for only who may see the film sees them. Its external ids and titles stay taken.
func (s *Service) SetHidden(tx *gorm.DB, id int64, hidden bool) (ownerID int64, changed bool, err error) {
	m, err := Lock(tx, id)
	if err != nil || m.Hidden == hidden {
		return m.Owner(), false, err
	}
	_, err = s.setHidden(tx, m, hidden)
	return m.Owner(), err == nil, err
}

// setHidden is SetHidden for a film that is locked and in the other state. It returns the film as it is afterwards.
func (s *Service) setHidden(tx *gorm.DB, m Movie, hidden bool) (Movie, error) {
	if err := tx.Exec("UPDATE movies SET hidden = ? WHERE id = ?", hidden, m.ID).Error; err != nil {
		return Movie{}, fmt.Errorf("hide movie %d: %w", m.ID, err)
	}
	for _, hook := range s.onHide {
		if err := hook(tx, m, hidden); err != nil {
			return Movie{}, err
		}
	}
	movePoster := s.media.Restore
	if hidden {
		movePoster = s.media.Hide
	}
	if err := movePoster(tx, m.PosterImage); err != nil {
		return Movie{}, err
	}
	return take(tx, m.ID)
}

// restored returns a locked film that is not hidden: one that is comes back first. What deletes or merges films does so
// with them as if they had never been hidden.
func (s *Service) restored(tx *gorm.DB, m Movie) (Movie, error) {
	if !m.Hidden {
		return m, nil
	}
	return s.setHidden(tx, m, false)
}

// LockShown returns a film, and locks its row until the transaction ends, or [ErrNotFound], also when the film is hidden.
// Whoever attaches something to a film locks it so.
func LockShown(tx *gorm.DB, id int64) (Movie, error) {
	m, err := Lock(tx, id)
	if err == nil && m.Hidden {
		err = ErrNotFound
	}
	if err != nil {
		return Movie{}, err
	}
	return m, nil
}

// GetFor returns a film that a reader may see, or [ErrNotFound].
func (s *Service) GetFor(ctx context.Context, id int64, reader auth.Viewer) (Movie, error) {
	m, err := s.get(ctx, id)
	if err == nil && !m.VisibleTo(reader) {
		err = ErrNotFound
	}
	if err != nil {
		return Movie{}, err
	}
	return m, nil
}

// IsShown reports whether lists show a film. It returns [ErrNotFound] unless a reader may see the film.
func (s *Service) IsShown(ctx context.Context, id int64, reader auth.Viewer) (bool, error) {
	err := s.Exists(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return err == nil, err
	}
	_, err = s.GetFor(ctx, id, reader)
	return false, err
}
