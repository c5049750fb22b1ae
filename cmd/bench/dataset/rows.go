package dataset

import (
	"fmt"
	"iter"
	"slices"

	"github.com/cinecircle/cinecircle/follow"
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
			ID: id, UserID: int64(x.who) + 1, MovieID: int64(x.what) + 1, LikeCount: int64(p.liked[id-1]),
			Title: spoiler.NewText(fmt.Sprintf("Review %d, 다시 보고 싶은 영화", id)), Content: spoiler.NewText(reviewText), Comments: review.Everyone,
			CreatedAt: at(int(id)), UpdatedAt: at(int(id)),
		}
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

// notificationCounts returns how many notifications each member has: one for each follower, and for each like of a
// review.
func (p *plan) notificationCounts() []int64 {
	counts := make([]int64, p.Users)
	for _, f := range p.follows {
		counts[f.what]++
	}
	for _, l := range p.likes {
		counts[p.reviews[l.what].who]++
	}
	return counts
}

// notificationRows numbers the notifications of each member without a gap: first those of follows, then those of likes.
// All but the latest are read.
func (p *plan) notificationRows() iter.Seq[notify.Notification] {
	counts, seqs, id := p.notificationCounts(), make([]int64, p.Users), int64(0)
	next := func(to, by int32) notify.Notification {
		id++
		seqs[to]++
		actor, when := int64(by)+1, at(int(id))
		n := notify.Notification{ID: id, UserID: int64(to) + 1, Seq: seqs[to], ActorID: &actor, CreatedAt: when}
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
			n.Type, n.ReviewID = notify.TypeReviewLike, &reviewID
			if !yield(n) {
				return
			}
		}
	}
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
