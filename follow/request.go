package follow

import "time"

// Request is the row of a member who waits for the consent of a private account. Accepting it makes a [Follow]; then, and
// when it is declined or taken back, the row goes.
type Request struct {
	ID          int64     `gorm:"primaryKey;autoIncrement;index:idx_follow_requests_list,priority:3"`
	FollowerID  int64     `gorm:"not null;uniqueIndex:idx_follow_requests_pair,priority:1"`
	FollowingID int64     `gorm:"not null;uniqueIndex:idx_follow_requests_pair,priority:2;index:idx_follow_requests_list,priority:1"`
	RequestedAt time.Time `gorm:"not null;precision:6;index:idx_follow_requests_list,priority:2"`
}

// TableName implements [schema.Tabler].
func (Request) TableName() string { return "follow_requests" }
