package dataset

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// unread is how many of the latest notifications of each member are unread.
const unread = 20

const reviewText = "배우들의 연기가 훌륭했고 음악도 오래 남는다. The last scene alone is worth the evening; bring a friend and a handkerchief."

// numbered turns actions into rows with ids from 1.
func numbered[T any](all []pair, row func(id int64, p pair) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i, p := range all {
			if !yield(row(int64(i+1), p)) {
				return
			}
		}
	}
}

func (p *plan) users(hash string) iter.Seq[user.User] {
	return func(yield func(user.User) bool) {
		for i, c := range p.members {
			id := i + 1
			row := user.User{
				ID: int64(id), Username: Username(id), UsernameKey: Username(id), PasswordHash: hash,
				Age: int64(15 + id%60), Gender: genderOf(id), Role: auth.RoleMember,
				FollowerCount: int64(c.followers), FollowingCount: int64(c.followings), ReviewCount: int64(c.reviews),
				RatingCount: int64(c.ratings), WatchedCount: int64(c.ratings), ListCount: int64(c.lists),
				CreatedAt: at(id), UpdatedAt: at(id), Preferences: user.DefaultPreferences(),
			}
			if !yield(row) {
				return
			}
		}
	}
}

func (p *plan) reviewRows() iter.Seq[review.Review] {
	return numbered(p.reviews, func(id int64, x pair) review.Review {
		return review.Review{
			ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, LikeCount: int64(p.liked[id-1]), CommentCount: int64(p.talked[id-1]),
			Title: spoiler.NewText(fmt.Sprintf("Review %d, 다시 보고 싶은 영화", id)), Content: spoiler.NewText(reviewText), Comments: review.Everyone,
			CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
	})
}

func (p *plan) commentRows() iter.Seq[comment.Comment] {
	return numbered(p.comments, func(id int64, x pair) comment.Comment {
		by := int64(x.who) + 1
		c := comment.Comment{
			ID: id, UserID: &by, ReviewID: int64(x.what) + 1, Content: spoiler.NewText("저도 그 장면이 좋았어요. I liked that scene, too."), Spoiler: id%20 == 0,
			CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
		if to := p.answered[id-1]; to >= 0 {
			answered := int64(to) + 1
			c.ReplyTo = &answered
		}
		return c
	})
}

func (p *plan) likeRows() iter.Seq[reaction.ReviewLike] {
	return numbered(p.likes, func(id int64, x pair) reaction.ReviewLike {
		return reaction.ReviewLike{
			ID: id, UserID: int64(x.who) + 1, ReviewID: int64(x.what) + 1, IsLiked: true,
			CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
	})
}

func (p *plan) reactionRows() iter.Seq[reaction.MovieReaction] {
	return numbered(p.reactions, func(id int64, x pair) reaction.MovieReaction {
		what := reaction.Like
		if disliked(x) {
			what = reaction.Dislike
		}
		return reaction.MovieReaction{
			ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, Type: what,
			CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
	})
}

func (p *plan) followRows() iter.Seq[follow.Follow] {
	return numbered(p.follows, func(id int64, x pair) follow.Follow {
		return follow.Follow{ID: id, FollowerID: int64(x.who) + 1, FollowingID: int64(x.what) + 1, IsFollowing: true, FollowedAt: at(int(id))}
	})
}

func (p *plan) ratingRows() iter.Seq[reaction.MovieRating] {
	return numbered(p.ratings, func(id int64, x pair) reaction.MovieRating {
		return reaction.MovieRating{ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, Rating: ratingOf(x), RatedAt: at(int(id))}
	})
}

// histogram is a row of rating_histograms.
type histogram struct {
	MovieID                                                               int64 `gorm:"primaryKey"`
	Half1, Half2, Half3, Half4, Half5, Half6, Half7, Half8, Half9, Half10 int64
}

// TableName implements GORM's Tabler.
func (histogram) TableName() string { return "rating_histograms" }

func (p *plan) histogramRows() iter.Seq[histogram] {
	return func(yield func(histogram) bool) {
		for i, c := range p.films {
			n := func(half int) int64 { return int64(c.halves[half-1]) }
			if c.ratings > 0 && !yield(histogram{int64(i) + 1, n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8), n(9), n(10)}) {
				return
			}
		}
	}
}

func (p *plan) watchedRows() iter.Seq[diary.WatchedFilm] {
	return numbered(p.ratings, func(id int64, x pair) diary.WatchedFilm {
		return diary.WatchedFilm{ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, MarkedAt: at(int(id))}
	})
}

// The days of viewings are those of FirstYear and of the two years after it.
const (
	FirstYear = 2022
	watchDays = 3 * 365
)

// viewingRows go round the ratings, so that members with many ratings have long diaries.
func (p *plan) viewingRows() iter.Seq[diary.Viewing] {
	note := "다시 봐도 좋았다. Better than I remembered."
	return func(yield func(diary.Viewing) bool) {
		for i := range p.Viewings {
			x, id := p.ratings[i%len(p.ratings)], int64(i)+1
			day := diary.DayOf(time.Date(FirstYear, 1, 1+i*7919%watchDays, 0, 0, 0, 0, time.UTC))
			v := diary.Viewing{
				ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, WatchedOn: day, Rewatch: i >= len(p.ratings),
				Tags: "[]", CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
			}
			if i%2 == 0 {
				rating := ratingOf(x)
				v.Rating = &rating
			}
			if i%10 == 0 {
				v.Note = &note
			}
			if !yield(v) {
				return
			}
		}
	}
}

func (p *plan) listRows() iter.Seq[list.List] {
	return func(yield func(list.List) bool) {
		for i, c := range p.lists {
			id := int64(i) + 1
			l := list.List{
				ID: id, UserID: int64(p.owners[i]) + 1, Title: fmt.Sprintf("List %d, 비 오는 날의 영화", id), Description: "Films to watch again, 다시 볼 영화.",
				Ranked: i%2 == 0, IsPublic: !private(int32(i)), ItemCount: int64(c.items), LikeCount: int64(c.likes),
				Version: 1, CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
			}
			if !yield(l) {
				return
			}
		}
	}
}

// itemRows number the films of each list in the order in which they were drawn.
func (p *plan) itemRows() iter.Seq[list.Item] {
	last := make([]int64, p.Lists)
	return numbered(p.items, func(id int64, x pair) list.Item {
		last[x.who]++
		return list.Item{ID: id, ListID: int64(x.who) + 1, MovieID: int64(x.what) + 1, Position: last[x.who]}
	})
}

func (p *plan) listLikeRows() iter.Seq[reaction.ListLike] {
	return numbered(p.listed, func(id int64, x pair) reaction.ListLike {
		return reaction.ListLike{
			ID: id, UserID: int64(x.who) + 1, ListID: int64(x.what) + 1, IsLiked: true, CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
	})
}

// activityRows has all reviews, comments and public lists, and as many of the latest ratings and viewings as there is room for. Those
// of a kind are in their order and evenly spread over the ids.
func (p *plan) activityRows() iter.Seq[activity.Activity] {
	film := func(t activity.Type, x pair, id int) activity.Activity {
		movieID := int64(x.what) + 1
		return activity.Activity{UserID: int64(x.who) + 1, Type: t, ObjectID: int64(id), MovieID: &movieID}
	}
	public := p.publicLists()
	left := max(p.Activities-p.Reviews-len(p.comments)-len(public), 0)
	rated := min(left/2, p.Ratings)
	viewed := min(left-rated, p.Viewings)
	kinds := []struct {
		n  int
		of func(i int) activity.Activity
	}{
		{p.Reviews, func(i int) activity.Activity { return film(activity.Review, p.reviews[i], i+1) }},
		{len(p.comments), func(i int) activity.Activity {
			return film(activity.Comment, pair{p.comments[i].who, p.reviews[p.comments[i].what].what}, i+1)
		}},
		{len(public), func(i int) activity.Activity {
			return activity.Activity{UserID: int64(p.owners[public[i]-1]) + 1, Type: activity.List, ObjectID: int64(public[i])}
		}},
		{rated, func(i int) activity.Activity {
			i += p.Ratings - rated
			return film(activity.Rating, p.ratings[i], i+1)
		}},
		{viewed, func(i int) activity.Activity {
			i += p.Viewings - viewed
			return film(activity.Viewing, p.ratings[i%len(p.ratings)], i+1)
		}},
	}
	return func(yield func(activity.Activity) bool) {
		done := make([]int, len(kinds))
		for id := 1; ; id++ {
			next, first := -1, 1.0
			for k, kind := range kinds {
				if place := (float64(done[k]) + 0.5) / float64(kind.n); done[k] < kind.n && place < first {
					next, first = k, place
				}
			}
			if next < 0 {
				return
			}
			a := kinds[next].of(done[next])
			done[next]++
			a.ID, a.CreatedAt = int64(id), at(id)
			if !yield(a) {
				return
			}
		}
	}
}

// publicLists returns the ids of the public lists.
func (p *plan) publicLists() (ids []int) {
	for l := range p.lists {
		if !private(int32(l)) {
			ids = append(ids, l+1)
		}
	}
	return ids
}

// notificationCounts returns how many notifications each member has: one for each follower, for each like of a review or a
// list, and for each comment that they are told of.
func (p *plan) notificationCounts() []int64 {
	counts := make([]int64, p.Users)
	for _, f := range p.follows {
		counts[f.what]++
	}
	for _, l := range p.likes {
		counts[p.reviews[l.what].who]++
	}
	for _, l := range p.listed {
		counts[p.owners[l.what]]++
	}
	for i := range p.comments {
		answered, author := p.told(i)
		for _, to := range []int32{answered, author} {
			if to >= 0 {
				counts[to]++
			}
		}
	}
	return counts
}

// notificationRows numbers the notifications of each member without a gap: first those of follows, then those of likes
// of reviews and of lists, and of comments. All but the latest are read.
func (p *plan) notificationRows() iter.Seq[notify.Notification] {
	counts, seqs, id := p.notificationCounts(), make([]int64, p.Users), int64(0)
	next := func(to, by int32) notify.Notification {
		id++
		seqs[to]++
		actor, when := int64(by)+1, at(int(id))
		n := notify.Notification{ID: id, UserID: int64(to) + 1, Seq: seqs[to], ActorID: &actor, IsNewest: true, CreatedAt: when}
		if n.Seq <= counts[to]-unread {
			n.ReadAt = &when
		}
		return n
	}
	return func(yield func(notify.Notification) bool) {
		for _, f := range p.follows {
			n := next(f.what, f.who)
			n.Type = notify.TypeFollow
			if !yield(n) {
				return
			}
		}
		for _, l := range p.likes {
			n, reviewID := next(p.reviews[l.what].who, l.who), int64(l.what)+1
			movieID := int64(p.reviews[l.what].what) + 1
			n.Type, n.ReviewID, n.MovieID, n.TargetID = notify.TypeReviewLike, &reviewID, &movieID, reviewID
			if !yield(n) {
				return
			}
		}
		for _, l := range p.listed {
			n, listID := next(p.owners[l.what], l.who), int64(l.what)+1
			n.Type, n.ListID, n.TargetID = notify.TypeListLike, &listID, listID
			if !yield(n) {
				return
			}
		}
		p.commentNotifications(next, yield)
	}
}

// commentNotifications yields those of comments, made by next.
func (p *plan) commentNotifications(next func(to, by int32) notify.Notification, yield func(notify.Notification) bool) {
	for i, c := range p.comments {
		answered, author := p.told(i)
		commentID, reviewID, movieID := int64(i)+1, int64(c.what)+1, int64(p.reviews[c.what].what)+1
		for _, to := range []struct {
			who    int32
			kind   notify.Type
			target int64
		}{{answered, notify.TypeCommentReply, int64(p.answered[i]) + 1}, {author, notify.TypeReviewComment, reviewID}} {
			if to.who < 0 {
				continue
			}
			n := next(to.who, c.who)
			n.Type, n.ReviewID, n.CommentID, n.MovieID, n.TargetID = to.kind, &reviewID, &commentID, &movieID, to.target
			if !yield(n) {
				return
			}
		}
	}
}

// groupRows counts the notifications of each type and target. Nobody does the same thing twice.
func (p *plan) groupRows() iter.Seq[notify.Group] {
	type key struct {
		userID, target int64
		kind           notify.Type
	}
	var groups []notify.Group
	index := map[key]int{}
	for n := range p.notificationRows() {
		k := key{n.UserID, n.TargetID, n.Type}
		i, known := index[k]
		if !known {
			i = len(groups)
			index[k] = i
			groups = append(groups, notify.Group{ID: int64(i) + 1, UserID: n.UserID, Type: n.Type, TargetID: n.TargetID})
		}
		g := &groups[i]
		g.Total, g.People, g.LastSeq = g.Total+1, g.People+1, n.Seq
		if n.ReadAt == nil {
			g.Unread, g.IsUnread = g.Unread+1, true
		}
	}
	return slices.Values(groups)
}

func (p *plan) stateRows() iter.Seq[notify.State] {
	var states []notify.State
	for i, n := range p.notificationCounts() {
		if n > 0 {
			states = append(states, notify.State{UserID: int64(i) + 1, LastSeq: n, UnreadCount: min(n, unread)})
		}
	}
	return slices.Values(states)
}
