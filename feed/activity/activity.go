// Package activity owns the table of what members did: one row for each review, rating, viewing, list and comment that
// followers are told of. The domains record and remove activities in the transactions of their objects; package feed
// reads them. The package knows no domain.
//
// An activity never changes its member, its type or its place: ids grow in the order of recording, feeds are in the order
// of ids, and an id is never used again. Only the film changes, when films are merged.
package activity

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Type says what an activity is about. It is stored as its number.
type Type int8

// The types, in the order of [Types].
const (
	Review Type = 1 + iota
	Rating
	Viewing
	List
	Comment
)

// Types are all types.
var Types = []Type{Review, Rating, Viewing, List, Comment}

var names = []string{Review: "review", Rating: "rating", Viewing: "viewing", List: "list", Comment: "comment"}

// String returns the name of the type in the API.
func (t Type) String() string {
	if t < Review || t > Comment {
		return fmt.Sprintf("type %d", int8(t))
	}
	return names[t]
}

// Parse returns the type with a name. It returns false when there is none.
func Parse(name string) (Type, bool) {
	i := slices.Index(names, name)
	return Type(i), i > 0
}

// Activity is a row of the table activities.
type Activity struct {
	ID        int64     `gorm:"primaryKey;autoIncrement;index:idx_activities_user,priority:2;index:idx_activities_user_type,priority:3"`
	UserID    int64     `gorm:"not null;index:idx_activities_user,priority:1;index:idx_activities_user_type,priority:1"` // the actor
	Type      Type      `gorm:"not null;uniqueIndex:idx_activities_object,priority:2;index:idx_activities_user_type,priority:2"`
	ObjectID  int64     `gorm:"not null;uniqueIndex:idx_activities_object,priority:1"` // the id of the review, the rating, and so on
	MovieID   *int64    `gorm:"index:idx_activities_movie"`                            // the film it is about; nil for a list
	CreatedAt time.Time `gorm:"not null;precision:6"`
}

// Entry is an activity that is not recorded yet.
type Entry struct {
	UserID   int64
	Type     Type
	ObjectID int64
	MovieID  *int64    // nil for a list
	At       time.Time // now, for the order of activities is that of recording
}

const insert = "INSERT INTO activities (user_id, type, object_id, movie_id, created_at) VALUES (?, ?, ?, ?, ?)"

// Record stores an activity in the transaction of its object, which must have none yet. The foreign keys share the locks
// of the member and the film, so lock both before, in this order and before reviews, lists and comments.
func Record(tx *gorm.DB, e Entry) error {
	if err := database.Exec(tx, insert, e.UserID, e.Type, e.ObjectID, e.MovieID, database.Time(e.At)); err != nil {
		return fmt.Errorf("record the activity of %s %d: %w", e.Type, e.ObjectID, err)
	}
	return nil
}

// RecordOnce is Record for an object that may have an activity, which then stays as it is. The caller has locked the object.
func RecordOnce(tx *gorm.DB, e Entry) error {
	var id int64
	err := database.Each(tx, "SELECT id FROM activities WHERE object_id = ? AND type = ?", []any{e.ObjectID, e.Type},
		func(row database.Scanner) error { return row.Scan(&id) })
	if err != nil {
		return fmt.Errorf("look for the activity of %s %d: %w", e.Type, e.ObjectID, err)
	}
	if id != 0 {
		return nil
	}
	return Record(tx, e)
}

// removedAtOnce bounds the ids in one statement of [Remove].
const removedAtOnce = 500

// Remove deletes the activities of objects that are being deleted. Objects without one are ignored. The foreign keys
// delete those of an account and of a film that is deleted.
func Remove(tx *gorm.DB, t Type, objectIDs ...int64) error {
	for some := range slices.Chunk(slices.Sorted(slices.Values(objectIDs)), removedAtOnce) {
		in, args := database.InList(some, t)
		if err := tx.Exec("DELETE FROM activities WHERE type = ? AND object_id IN "+in, args...).Error; err != nil {
			return fmt.Errorf("remove the activities of %d objects of the type %s: %w", len(some), t, err)
		}
	}
	return nil
}
