package list

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// Delete deletes a list, or returns [ErrNotFound]. The foreign keys delete its items and likes.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockAuthor(tx, id); err != nil {
			return err
		}
		return s.DeleteIn(tx, id)
	})
}

// DeleteIn is [Service.Delete] in a transaction that has locked the author.
func (s *Service) DeleteIn(tx *gorm.DB, id int64) error {
	l, err := Lock(tx, id)
	if err != nil {
		return err
	}
	if err := user.AddCounts(tx, l.UserID, user.Counts{Lists: -l.counted()}); err != nil {
		return err
	}
	if err := tx.Where("id = ?", id).Delete(&List{}).Error; err != nil {
		return fmt.Errorf("delete list %d: %w", id, err)
	}
	if err := activity.Remove(tx, activity.List, id); err != nil {
		return err
	}
	return record.ByOther(tx, s.clock(), web.ViewerIDOf(tx.Statement.Context), record.Delete, record.List, id, l.UserID)
}

// purgeChunk is how many lists one statement of [Service.PurgeUser] deletes, with up to [MaxItems] films each.
const purgeChunk = 20

// PurgeUser deletes the lists of an account that is being deleted, a few with each statement: the foreign key would
// delete all of them and their films with one, which may take longer than a statement is allowed to. The caller has
// locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	var ids []int64
	if err := tx.Model(&List{}).Where("user_id = ?", userID).Order("id").Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("list the lists of user %d: %w", userID, err)
	}
	for some := range slices.Chunk(ids, purgeChunk) {
		if err := tx.Where("id IN ?", some).Delete(&List{}).Error; err != nil {
			return fmt.Errorf("delete %d lists of user %d: %w", len(some), userID, err)
		}
	}
	return nil
}

// closeUp moves the films after a film up by one, in all of some lists.
var closeUp = map[string]string{
	database.SQLite: `UPDATE list_items SET position = list_items.position - 1 FROM list_items AS gone
		WHERE gone.list_id = list_items.list_id AND gone.movie_id = ? AND list_items.position > gone.position AND list_items.list_id IN `,
	database.MySQL: `UPDATE list_items JOIN list_items AS gone ON gone.list_id = list_items.list_id AND gone.movie_id = ?
		SET list_items.position = list_items.position - 1 WHERE list_items.position > gone.position AND list_items.list_id IN `,
}

// PurgeMovie takes a film that is being deleted out of all lists, which is a change of them. The films after it move up.
// The foreign key deletes the items. No new one can appear meanwhile, because the caller has locked the film.
func (s *Service) PurgeMovie(tx *gorm.DB, m movie.Movie, _ auth.Viewer) error {
	now := database.Time(s.clock())
	return eachHolding(tx, m.ID, func(in string, ids []any) error {
		if err := tx.Exec(closeUp[tx.Name()]+in, append([]any{m.ID}, ids...)...).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE lists SET item_count = item_count - 1, version = version + 1, updated_at = ? WHERE id IN "+in, append([]any{now}, ids...)...).Error
	})
}
