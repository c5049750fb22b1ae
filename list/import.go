package list

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// The methods below are for imports. They run in a transaction that has locked the account of the author and then the films.

// Find returns a list, nil if there is none.
func (*Service) Find(tx *gorm.DB, id int64) (*List, error) {
	var l List
	return orNothing(&l, tx.Where("id = ?", id).Limit(1).Find(&l))
}

func orNothing[T any](row *T, found *gorm.DB) (*T, error) {
	if found.Error != nil {
		return nil, fmt.Errorf("look for a %T: %w", *row, found.Error)
	}
	if found.RowsAffected == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	return row, nil
}

// Titled returns the lists of a member with a title, the first one first.
func (*Service) Titled(tx *gorm.DB, userID int64, title string) (found []List, err error) {
	if err = tx.Where("user_id = ? AND title = ?", userID, title).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for lists of user %d by title: %w", userID, err)
	}
	return found, nil
}

// CreateAt stores an empty list that was made at a time. announce makes a public one an activity, which is of now; another
// one is an activity when it is public for the first time.
func (s *Service) CreateAt(tx *gorm.DB, d Draft, at time.Time, announce bool) (*List, error) {
	id, err := s.insert(tx, d, database.Time(at), announce && d.IsPublic)
	if err != nil {
		return nil, err
	}
	return s.Find(tx, id)
}

// FindItem returns a film of a list, nil if it is not there.
func (*Service) FindItem(tx *gorm.DB, id, movieID int64) (*Item, error) {
	it, there, err := find(tx, id, movieID)
	if err != nil || !there {
		return nil, err
	}
	return &it, nil
}

// Room reports whether a list can have a number of films and one more beside those that it has.
func (l List) Room(more int64) bool { return l.size()+more < MaxItems }

// AppendIn puts a film at the end of a list that does not have it. It returns [ErrNotFound] and [ErrFull]. The time of the
// last change stays, for it is that of the source.
func (*Service) AppendIn(tx *gorm.DB, id int64, e Entry) (*Item, error) {
	l, err := Lock(tx, id)
	if err != nil {
		return nil, err
	}
	if !l.Room(0) {
		return nil, ErrFull
	}
	it := &Item{ListID: id, MovieID: e.MovieID, Position: l.size() + 1, Note: e.Note}
	if err := tx.Create(it).Error; err != nil {
		return nil, fmt.Errorf("add movie %d to list %d: %w", e.MovieID, id, err)
	}
	set := map[string]any{"item_count": l.ItemCount + 1, "version": l.Version + 1}
	if err := tx.Model(&List{}).Where("id = ?", id).UpdateColumns(set).Error; err != nil {
		return nil, fmt.Errorf("count the films of list %d: %w", id, err)
	}
	return it, nil
}

// RemoveIn takes a film out of a list that [Service.AppendIn] has put there. The time of the last change stays here too.
func (s *Service) RemoveIn(tx *gorm.DB, it Item) error {
	l, err := Lock(tx, it.ListID)
	if err != nil {
		return err
	}
	if err := s.takeOut(tx, l, it); err != nil {
		return err
	}
	if err := tx.Model(&List{}).Where("id = ?", l.ID).UpdateColumn("updated_at", l.UpdatedAt).Error; err != nil {
		return fmt.Errorf("keep the last change of list %d: %w", l.ID, err)
	}
	return nil
}

// NoteIn changes the note of a film in a list.
func (s *Service) NoteIn(tx *gorm.DB, it Item, note string) error {
	l, err := Lock(tx, it.ListID)
	if err != nil {
		return err
	}
	if err := tx.Model(&it).UpdateColumn("note", note).Error; err != nil {
		return fmt.Errorf("change the note of movie %d in list %d: %w", it.MovieID, it.ListID, err)
	}
	return s.touch(tx, l, map[string]any{})
}

// ChangeIn is [Service.Update] for a list whose author is locked.
func (s *Service) ChangeIn(tx *gorm.DB, id int64, p Patch) error {
	l, err := Lock(tx, id)
	if err != nil {
		return err
	}
	return s.patch(tx, l, p)
}

// FindItemByID returns a film of a list by the id of the item, nil if there is none.
func (*Service) FindItemByID(tx *gorm.DB, itemID int64) (*Item, error) {
	var it Item
	return orNothing(&it, tx.Where("id = ?", itemID).Limit(1).Find(&it))
}
