package moderation

import (
	"fmt"

	"gorm.io/gorm"
)

// PurgeUser removes what closed reports tell of an account that is being deleted: the snapshots of what it wrote, and the
// notes that it wrote. Open ones keep both until they are closed, because a moderator has not decided yet. The foreign keys
// remove the ids.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
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
