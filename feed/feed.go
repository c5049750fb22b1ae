// Package feed shows what members did to those who follow them: reviews, ratings, viewings, lists and comments.
//
// An activity is recorded by the domain of its object, in the transaction of the object (see package activity). Here they
// are read: newest first, in the order of their ids, for the members whom somebody follows, and for one member. A feed has
// nothing of members whom its reader has blocked or muted, and nothing that its reader may not see; a list that is private
// has its place again when it is public again.
package feed

import (
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// Activity is something that a member did, as a reader sees it. Of the objects only that of its type is not nil.
type Activity struct {
	ID        int64
	Type      activity.Type
	CreatedAt time.Time
	Actor     Actor
	Movie     *movie.Card // the film it is about; nil for a list

	Review  *review.Shown
	Rating  *reaction.MovieRating
	Viewing *diary.Shown
	List    *list.Shown
	Comment *comment.Shown
}

// Actor is the member who did it.
type Actor struct {
	ID              int64
	Username        string
	ProfileImageURL *string // nil without an image
}
