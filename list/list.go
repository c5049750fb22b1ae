// Package list owns lists of films that members make: their fields, and their films in an order that the author sets.
//
// It guarantees that the positions of a list are 1, 2, 3, … without a gap regardless of concurrent requests, that a
// film is in a list at most once, and that a private list is seen by its author alone. [Service] locks the row of a
// list before it changes the list or its films, so that changes of one list happen one after the other; every such
// change adds one to the version of the list. This package does not know who likes a list: see [Likes] and [AddLikes],
// through which reactions attach to it.
package list

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// The limits of a list, in films.
const (
	MaxItems   = 5000 // that it holds
	MaxReplace = 1000 // that one call of [Service.Replace] sets
)

// The errors of this package.
var (
	// ErrNotFound is also the error for a private list of somebody else.
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such list.", "해당 목록을 찾을 수 없습니다.")
	ErrNotInList = apperr.New(apperr.NotFound, "not_found",
		"This film is not in the list.", "목록에 없는 영화입니다.")
	ErrAlreadyInList = apperr.New(apperr.Conflict, "already_in_list",
		"This film is already in the list.", "이미 목록에 있는 영화입니다.")
	ErrFull = apperr.New(apperr.Conflict, "list_full",
		"A list can have at most 5,000 films.", "목록에는 영화를 5,000편까지 담을 수 있습니다.")
	ErrChanged = apperr.New(apperr.PreconditionFailed, "changed_meanwhile",
		"The list has changed since you read it. Read it again before you replace its films.",
		"그사이에 목록이 변경되었습니다. 다시 불러온 뒤에 저장해 주세요.")
)

// List is a row of the table lists.
type List struct {
	ID          int64     `gorm:"primaryKey;autoIncrement;index:idx_lists_updated,priority:3;index:idx_lists_likes,priority:3;index:idx_lists_user,priority:4;index:idx_lists_user_likes,priority:4"`
	UserID      int64     `gorm:"not null;index:idx_lists_user,priority:1;index:idx_lists_user_likes,priority:1"` // the author
	Title       string    `gorm:"size:100;not null"`
	Description string    `gorm:"size:2000;not null"`
	Ranked      bool      `gorm:"not null"`
	IsPublic    bool      `gorm:"not null;index:idx_lists_updated,priority:1;index:idx_lists_likes,priority:1;index:idx_lists_user,priority:2;index:idx_lists_user_likes,priority:2"`
	ItemCount   int64     `gorm:"not null"`
	HiddenItems int64     `gorm:"not null"` // films that moderators have hidden; they keep their positions, and are not in ItemCount
	LikeCount   int64     `gorm:"not null;index:idx_lists_likes,priority:2;index:idx_lists_user_likes,priority:3"`
	Hidden      bool      `gorm:"not null"` // by a moderator
	Version     int64     `gorm:"not null"` // 1, and one more with each change of a field or a film; likes do not change it
	CreatedAt   time.Time `gorm:"not null;precision:6"`
	UpdatedAt   time.Time `gorm:"not null;precision:6;index:idx_lists_updated,priority:2;index:idx_lists_user,priority:3"` // of the last change of Version
}

// VisibleTo reports whether a reader may see the list, unless the account of its author is private.
func (l List) VisibleTo(reader auth.Viewer) bool {
	return l.UserID == reader.UserID || l.IsPublic && (!l.Hidden || reader.Moderates())
}

// counted returns what the list adds to the counter of its author, which counts those that others see.
func (l List) counted() int64 {
	if l.IsPublic && !l.Hidden {
		return 1
	}
	return 0
}

// Item is a film in a list.
type Item struct {
	ID       int64  `gorm:"primaryKey;autoIncrement"`
	ListID   int64  `gorm:"not null;uniqueIndex:idx_list_items_list_movie,priority:1;index:idx_list_items_position,priority:1;index:idx_list_items_movie,priority:2"`
	MovieID  int64  `gorm:"not null;uniqueIndex:idx_list_items_list_movie,priority:2;index:idx_list_items_movie,priority:1"`
	Position int64  `gorm:"not null;index:idx_list_items_position,priority:2"` // from 1
	Note     string `gorm:"size:500;not null"`
}

// TableName implements GORM's Tabler.
func (Item) TableName() string { return "list_items" }

// Likes knows who likes which list. Package reaction implements it.
type Likes interface {
	// ListsLikedBy returns the lists among listIDs that a member likes. Absent ids are not liked.
	ListsLikedBy(ctx context.Context, userID int64, listIDs []int64) (map[int64]bool, error)
}

// table maps a [List] to its columns.
var table = database.TableOf[List]()

// Lock locks the row of a list until the transaction ends and returns the list, or [ErrNotFound]. Lock the rows of
// members, films and reviews before those of lists.
func Lock(tx *gorm.DB, id int64) (List, error) { return take(database.ForUpdate(tx), id) }

func take(db *gorm.DB, id int64) (List, error) {
	var l List
	err := db.Where("id = ?", id).Take(&l).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return List{}, ErrNotFound
	}
	if err != nil {
		return List{}, fmt.Errorf("load list %d: %w", id, err)
	}
	return l, nil
}

// AddLikes adds delta to the like counter of a list and leaves its version and updated_at unchanged. It locks the row;
// call it before writing the like, or two transactions can deadlock on the foreign key. A delta of 0 does nothing.
// AddLikes returns [ErrNotFound] when the list does not exist.
func AddLikes(tx *gorm.DB, id, delta int64) error {
	if delta == 0 {
		return nil
	}
	changed, err := database.Affect(tx, "UPDATE lists SET like_count = like_count + ? WHERE id = ?", delta, id)
	if err != nil {
		return fmt.Errorf("change the likes of list %d: %w", id, err)
	}
	if changed == 0 {
		return ErrNotFound
	}
	return nil
}
