package moderation

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// ToldOfDeletion returns the accounts that PurgeUser needs locked: those of members who are told that their reports are
// closed, and of whoever deletes the account. It is for user.Service.OnDeleteLock.
func (s *Service) ToldOfDeletion(ctx context.Context, userID int64) (ids []int64, err error) {
	by, somebodyElse := deleter(ctx, userID)
	if !somebodyElse {
		return nil, nil
	}
	err = s.db.Reader(ctx).Model(&Report{}).Where(aboutUser, userID, true).Where("reporter_id IS NOT NULL").Distinct().Pluck("reporter_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("list who reported user %d: %w", userID, err)
	}
	return append(ids, by), nil
}

const aboutUser = "author_id = ? AND is_open = ?"

// deleter returns who deletes an account, and whether that is somebody else than its owner and the command line.
func deleter(ctx context.Context, userID int64) (by int64, somebodyElse bool) {
	by = web.ViewerIDOf(ctx)
	return by, by != 0 && by != userID
}

// closeAbout closes the open reports about a member whose account is being deleted, and about what they posted, in the same
// transaction. Films that stay keep theirs.
func (s *Service) closeAbout(tx *gorm.DB, by auth.Viewer, userID int64) error {
	for {
		var next []Report
		err := database.ForUpdate(tx).Where(aboutUser, userID, true).Where(`(target_type <> 'movie' OR
			NOT EXISTS (SELECT 1 FROM movies WHERE movies.id = reports.target_id)
			AND NOT EXISTS (SELECT 1 FROM movie_merges WHERE from_id = reports.target_id))`).
			Order("id").Limit(1).Find(&next).Error
		if err != nil {
			return fmt.Errorf("look for reports about user %d: %w", userID, err)
		}
		if len(next) == 0 {
			return nil
		}
		if err := s.closeTarget(tx, by, next[0]); err != nil {
			return err
		}
	}
}

// closeTarget closes the open reports of the same target as one of them.
func (s *Service) closeTarget(tx *gorm.DB, by auth.Viewer, r Report) error {
	things, err := mergedWith(tx, &r)
	if err != nil {
		return err
	}
	all, err := lockOpen(tx, r, things)
	if err != nil {
		return err
	}
	var reporters []int64
	for _, one := range all {
		if one.ReporterID != nil {
			reporters = append(reporters, *one.ReporterID)
		}
	}
	if _, err := lockAccounts(tx, reporters); err != nil { // who has reported since ToldOfDeletion
		return err
	}
	if err := s.markClosed(tx, by, record.Delete, r, all); err != nil {
		return err
	}
	return tellReporters(tx, record.Delete, all)
}

// PurgeUser closes the open reports about an account that somebody else deletes, and about what goes with it. When members
// delete their own accounts, the reports stay open instead. PurgeUser also removes what closed reports tell of an account that is being deleted: the snapshots of what it wrote, and the
// notes that it wrote. Open ones keep both until they are closed, because a moderator has not decided yet. The foreign keys
// remove the ids.
func (s *Service) PurgeUser(tx *gorm.DB, userID int64) error {
	if by, somebodyElse := deleter(tx.Statement.Context, userID); somebodyElse {
		if err := s.closeAbout(tx, auth.Viewer{UserID: by}, userID); err != nil {
			return err
		}
	}
	closed := tx.Model(&Report{}).Where("is_open IS NULL").Session(&gorm.Session{})
	if err := closed.Where("author_id = ?", userID).UpdateColumn("snapshot", "").Error; err != nil {
		return fmt.Errorf("purge the reports about user %d: %w", userID, err)
	}
	if err := closed.Where("reporter_id = ?", userID).UpdateColumn("note", "").Error; err != nil {
		return fmt.Errorf("purge the reports by user %d: %w", userID, err)
	}
	return nil
}

// purgeOrphans does so for reports that are being closed, of accounts that were deleted while they were open. Films may have
// nobody who added them.
func purgeOrphans(tx *gorm.DB, ids []int64) error {
	some := tx.Model(&Report{}).Where("id IN ?", ids).Session(&gorm.Session{})
	if err := some.Where("author_id IS NULL AND target_type <> 'movie'").UpdateColumn("snapshot", "").Error; err != nil {
		return fmt.Errorf("purge the snapshots of closed reports: %w", err)
	}
	if err := some.Where("reporter_id IS NULL").UpdateColumn("note", "").Error; err != nil {
		return fmt.Errorf("purge the notes of closed reports: %w", err)
	}
	return nil
}
