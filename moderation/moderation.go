// Package moderation owns reports about what members do and write, and what moderators do about them. Package record keeps
// the log of it, which every domain writes to.
//
// It guarantees that a member has at most one open report of a thing, that a report is closed once, with everything that
// closing does in one transaction, and that whoever an entry of the log is about is told. A report outlives its reporter and
// its target: it has a snapshot of the target as it was.
package moderation

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

// MaxNote is how long a note of a report can be, MaxReason a note of a moderator, in characters.
const (
	MaxNote   = 1000
	MaxReason = 500
)

// Reason is why something is reported.
type Reason string

// The reasons.
const (
	Spam      Reason = "spam"
	Abuse     Reason = "abuse"
	Spoiler   Reason = "spoiler"
	Illegal   Reason = "illegal"
	Copyright Reason = "copyright"
	Other     Reason = "other"
)

// The errors of this package.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such report.", "해당 신고를 찾을 수 없습니다.")
	ErrClosed = apperr.New(apperr.Conflict, "report_closed",
		"This report is closed already.", "이미 처리된 신고입니다.")
	ErrSelf = apperr.New(apperr.Invalid, "self_report",
		"You cannot report yourself or what you have written.", "자신이나 자신이 쓴 글은 신고할 수 없습니다.")
	ErrTooMany = apperr.New(apperr.Conflict, "too_many_reports",
		fmt.Sprintf("%d of your reports are still open. Please wait until moderators have dealt with some of them.", maxOpen),
		fmt.Sprintf("아직 처리되지 않은 신고가 %d건입니다. 운영진이 확인한 뒤에 다시 신고해 주세요.", maxOpen))
)

// maxOpen is how many open reports a member can have. The rate of writes alone would let one member put thousands into the
// queue in an hour, and into the inbox of every moderator. Moderators themselves have no such limit.
const maxOpen = 200

// Report is a row of the table reports.
type Report struct {
	ID         int64      `gorm:"primaryKey;autoIncrement;index:idx_reports_open,priority:2;index:idx_reports_type,priority:3"`
	TargetType string     `gorm:"size:10;not null;uniqueIndex:idx_reports_reporter,priority:2;index:idx_reports_type,priority:2;index:idx_reports_target,priority:1"` // of package record
	TargetID   int64      `gorm:"not null;uniqueIndex:idx_reports_reporter,priority:3;index:idx_reports_target,priority:2"`
	AuthorID   *int64     `gorm:"index:idx_reports_author,priority:1"`                                                                                                                                                     // whose the target is; nil: nobody, or their account was deleted
	ReporterID *int64     `gorm:"uniqueIndex:idx_reports_reporter,priority:1"`                                                                                                                                             // nil once the account is deleted
	IsOpen     *bool      `gorm:"uniqueIndex:idx_reports_reporter,priority:4;index:idx_reports_open,priority:1;index:idx_reports_type,priority:1;index:idx_reports_target,priority:3;index:idx_reports_author,priority:2"` // nil once it is closed, so that the unique index allows one open report and any number of closed ones
	Reason     Reason     `gorm:"size:10;not null"`
	Note       string     `gorm:"size:1000;not null"`       // at most MaxNote
	Snapshot   string     `gorm:"type:mediumtext;not null"` // the JSON of a Snapshot, "" once it is purged
	Action     Action     `gorm:"size:20;not null"`         // "" while it is open
	ClosedBy   *int64     `gorm:"index:idx_reports_closed_by"`
	ClosedAt   *time.Time `gorm:"precision:6;index:idx_reports_target,priority:4"` // the same for all that were closed together
	CreatedAt  time.Time  `gorm:"not null;precision:6"`
}

// Open reports whether nobody has closed the report yet.
func (r Report) Open() bool { return r.IsOpen != nil }

// Status is "open" or "closed".
func (r Report) Status() string {
	if r.Open() {
		return "open"
	}
	return "closed"
}

// SnapshotOf returns the target of a report as it was, or nil once that is purged.
func (r Report) SnapshotOf() (*Snapshot, error) {
	if r.Snapshot == "" {
		return nil, nil //nolint:nilnil // the response has null for it
	}
	var s Snapshot
	if err := json.Unmarshal([]byte(r.Snapshot), &s); err != nil {
		return nil, fmt.Errorf("read the snapshot of report %d: %w", r.ID, err)
	}
	return &s, nil
}

// Action is what closes a report.
type Action = record.Action

// Shown is a report as moderators see it.
type Shown struct {
	Report
	Reporter, Author, Closer *Person
	ReportCount              int64 // open reports about the same target
}

// Person is the public part of an account.
type Person struct {
	ID              int64
	Username        string
	ProfileImageURL *string
}

// one returns the report that meets a condition, or [ErrNotFound].
func one(db *gorm.DB, condition string, args ...any) (Report, error) {
	var r Report
	err := db.Where(condition, args...).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Report{}, ErrNotFound
	}
	if err != nil {
		return Report{}, fmt.Errorf("load a report: %w", err)
	}
	return r, nil
}
