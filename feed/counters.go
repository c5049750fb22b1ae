package feed

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// objects are the tables of the objects of activities.
var objects = map[activity.Type]string{
	activity.Review: "reviews", activity.Rating: "movie_ratings", activity.Viewing: "viewings", activity.List: "lists", activity.Comment: "comments",
}

// Counters are counts of one: every activity has its object, by the same member, and every comment that is not deleted has
// its activity, unless an import brought it. Of the other objects that is not asked: a rating that came with a review, a list
// that was never public, and what is older than its import have none.
func Counters() []recount.Counter {
	var count strings.Builder
	count.WriteString("CASE activities.type")
	for _, t := range activity.Types {
		fmt.Fprintf(&count, " WHEN %d THEN (SELECT COUNT(*) FROM %s o WHERE o.id = activities.object_id AND o.user_id = activities.user_id)", t, objects[t])
	}
	recorded := fmt.Sprintf("(SELECT COUNT(*) FROM activities a WHERE a.object_id = comments.id AND a.type = %d)", activity.Comment)
	imported := "EXISTS (SELECT 1 FROM import_sources s WHERE s.object_id = comments.id AND s.kind = 'comment' AND s.made = TRUE)"
	return []recount.Counter{
		{Table: "activities", Column: "object", Stored: "1", Count: count.String() + " END", Mend: removeOrphan},
		{
			Table: "comments", Column: "activity", Stored: recorded, Mend: recordComment,
			Count: "CASE WHEN comments.user_id IS NULL THEN 0 WHEN " + imported + " THEN " + recorded + " ELSE 1 END",
		},
	}
}

func removeOrphan(tx *gorm.DB, id int64) error {
	return tx.Exec("DELETE FROM activities WHERE id = ?", id).Error
}

// recordComment records the activity of a comment, which gets the newest place with the time of the comment.
func recordComment(tx *gorm.DB, id int64) error {
	e := activity.Entry{Type: activity.Comment, ObjectID: id}
	err := tx.Raw("SELECT comments.user_id, reviews.movie_id, comments.created_at FROM comments JOIN reviews ON reviews.id = comments.review_id"+
		" WHERE comments.id = ? AND comments.user_id IS NOT NULL", id).Row().Scan(&e.UserID, &e.MovieID, &e.At)
	if errors.Is(err, sql.ErrNoRows) {
		return activity.Remove(tx, activity.Comment, id)
	}
	if err != nil {
		return fmt.Errorf("look for comment %d: %w", id, err)
	}
	return activity.RecordOnce(tx, e)
}
