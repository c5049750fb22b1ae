package export

import (
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// The columns of the models of other packages.
var (
	watchedTable      = database.TableOf[diary.WatchedFilm]()
	watchlistTable    = database.TableOf[diary.WatchlistFilm]()
	viewingTable      = database.TableOf[diary.Viewing]()
	ratingTable       = database.TableOf[reaction.MovieRating]()
	reactionTable     = database.TableOf[reaction.MovieReaction]()
	reviewTable       = database.TableOf[review.Review]()
	listTable         = database.TableOf[list.List]()
	itemTable         = database.TableOf[list.Item]()
	commentTable      = database.TableOf[comment.Comment]()
	notificationTable = database.TableOf[notify.Notification]()
)

type watchedRow struct{ diary.WatchedFilm }

func (r *watchedRow) targets() []any     { return watchedTable.Targets(&r.WatchedFilm) }
func (r *watchedRow) position() position { return position{r.MarkedAt, r.ID} }
func (r *watchedRow) film() int64        { return r.MovieID }

type watchlistRow struct{ diary.WatchlistFilm }

func (r *watchlistRow) targets() []any     { return watchlistTable.Targets(&r.WatchlistFilm) }
func (r *watchlistRow) position() position { return position{r.AddedAt, r.ID} }
func (r *watchlistRow) film() int64        { return r.MovieID }

type viewingRow struct{ diary.Viewing }

func (r *viewingRow) targets() []any     { return viewingTable.Targets(&r.Viewing) }
func (r *viewingRow) position() position { return position{r.WatchedOn, r.ID} }
func (r *viewingRow) film() int64        { return r.MovieID }

type ratingRow struct{ reaction.MovieRating }

func (r *ratingRow) targets() []any     { return ratingTable.Targets(&r.MovieRating) }
func (r *ratingRow) position() position { return position{r.RatedAt, r.ID} }
func (r *ratingRow) film() int64        { return r.MovieID }

type reactionRow struct{ reaction.MovieReaction }

func (r *reactionRow) targets() []any     { return reactionTable.Targets(&r.MovieReaction) }
func (r *reactionRow) position() position { return position{id: r.MovieID} }
func (r *reactionRow) film() int64        { return r.MovieID }

type reviewRow struct{ review.Review }

func (r *reviewRow) targets() []any     { return reviewTable.Targets(&r.Review) }
func (r *reviewRow) position() position { return position{id: r.ID} }
func (r *reviewRow) film() int64        { return r.MovieID }

type listRow struct{ list.List }

func (r *listRow) targets() []any     { return listTable.Targets(&r.List) }
func (r *listRow) position() position { return position{id: r.ID} }
func (r *listRow) film() int64        { return 0 }

type itemRow struct{ list.Item }

func (r *itemRow) targets() []any     { return itemTable.Targets(&r.Item) }
func (r *itemRow) position() position { return position{r.Position, r.ID} }
func (r *itemRow) film() int64        { return r.MovieID }

// commentRow is a comment with the review that it is on, and the comment that it answers.
type commentRow struct {
	comment.Comment
	movieID    int64
	author     string // of the review
	answered   *string
	answeredAt *time.Time
}

func (r *commentRow) targets() []any {
	return append(commentTable.Targets(&r.Comment), &r.movieID, &r.author, &r.answered, &r.answeredAt)
}
func (r *commentRow) position() position { return position{r.ReviewID, r.ID} }
func (r *commentRow) film() int64        { return r.movieID }

// reviewLikeRow is a review that the member likes.
type reviewLikeRow struct {
	reviewID, movieID int64
	author            string
	likedAt           time.Time
}

func (r *reviewLikeRow) targets() []any {
	return []any{&r.reviewID, &r.likedAt, &r.movieID, &r.author}
}
func (r *reviewLikeRow) position() position { return position{id: r.reviewID} }
func (r *reviewLikeRow) film() int64        { return r.movieID }

// listLikeRow is a list that the member likes.
type listLikeRow struct {
	listID        int64
	author, title string
	createdAt     time.Time
	likedAt       time.Time
}

func (r *listLikeRow) targets() []any {
	return []any{&r.listID, &r.likedAt, &r.title, &r.createdAt, &r.author}
}
func (r *listLikeRow) position() position { return position{id: r.listID} }
func (r *listLikeRow) film() int64        { return 0 }

// followRow is somebody whom the member follows, or asks to.
type followRow struct {
	id, followingID int64
	username        string
	since           time.Time
}

func (r *followRow) targets() []any     { return []any{&r.id, &r.followingID, &r.since, &r.username} }
func (r *followRow) position() position { return position{r.since, r.id} }
func (r *followRow) film() int64        { return 0 }

// notificationRow is a notification with who did what it tells of.
type notificationRow struct {
	notify.Notification
	actor *string
}

func (r *notificationRow) targets() []any {
	return append(notificationTable.Targets(&r.Notification), &r.actor)
}
func (r *notificationRow) position() position { return position{id: r.Seq} }
func (r *notificationRow) film() int64 {
	if r.MovieID == nil {
		return 0
	}
	return *r.MovieID
}
