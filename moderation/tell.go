package moderation

import (
	"fmt"
	"log/slog"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
)

// told are the actions that the owner of their target hears of. Package user tells of the others.
var told = []Action{
	record.Hide, record.Restore, record.Delete, record.DeleteImage, record.MarkSpoiler, record.Warn, record.Suspend, record.Unsuspend,
	record.RemoveContent,
}

// elsewhere are the actions of which the domains log a security event of their own, as they do of deleting all but lists.
var elsewhere = []Action{record.Role, record.PasswordSet, record.ResetLink, record.TOTPOff, record.Merge}

// Recorded implements [record.Listener]: it logs a security event, and tells the owner of the target of an entry. Who did it
// is not told.
func (s *Service) Recorded(tx *gorm.DB, e record.Entry) error {
	deleted := e.Action == record.Delete && e.TargetType != record.List
	if !deleted && !slices.Contains(elsewhere, e.Action) {
		database.AfterCommit(tx, func() {
			web.LogEvent(tx.Statement.Context, s.log, slog.LevelWarn, "moderated", e.TargetID,
				slog.String("action", string(e.Action)), slog.String("target_type", e.TargetType))
		})
	}
	return s.tell(tx, e)
}

// tell tells the owner of the target of an entry.
func (s *Service) tell(tx *gorm.DB, e record.Entry) error {
	own := e.ActorID != nil && *e.ActorID == e.OwnerID
	gone := e.Action == record.Delete && e.TargetType == record.User
	if e.OwnerID == 0 || own || gone || !slices.Contains(told, e.Action) {
		return nil
	}
	event := notify.Event{UserID: e.OwnerID, Type: notify.TypeModeration, Action: string(e.Action), Note: cut(e.Note)}
	if err := s.about(tx, &event, e); err != nil {
		return err
	}
	if err := notify.Send(tx, event); err != nil {
		return fmt.Errorf("tell user %d of moderation: %w", e.OwnerID, err)
	}
	return nil
}

// cut shortens the note of an entry to that of a notification.
func cut(note string) string {
	runes := []rune(note)
	return string(runes[:min(len(runes), notify.MaxNote)])
}

// about sets what an event is about: with a review its film, and with a comment its review, while they are there.
func (s *Service) about(tx *gorm.DB, event *notify.Event, e record.Entry) error {
	id := e.TargetID
	switch e.TargetType {
	case record.Review:
		event.ReviewID = &id
	case record.Comment:
		event.CommentID = &id
		var found []int64
		if err := tx.Table("comments").Where("id = ?", id).Pluck("review_id", &found).Error; err != nil {
			return fmt.Errorf("look for the review of comment %d: %w", id, err)
		}
		if len(found) > 0 {
			event.ReviewID = &found[0]
		}
	case record.List:
		event.ListID = &id
	case record.Movie:
		event.MovieID = &id
	}
	if event.ReviewID == nil {
		return nil
	}
	var films []int64
	if err := tx.Model(&review.Review{}).Where("id = ?", *event.ReviewID).Pluck("movie_id", &films).Error; err != nil {
		return fmt.Errorf("look for the film of review %d: %w", *event.ReviewID, err)
	}
	if len(films) > 0 {
		event.MovieID = &films[0]
	}
	return nil
}
