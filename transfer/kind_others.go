package transfer

import (
	"errors"
	"strings"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// What members do with each other is in own exports only. It is for the members of the same names, and tells nobody. What
// these would be refused here needs a person: the other member is not here, has not written it, or does not want it.

var (
	noMember = apperr.Text{EN: "There is no member of this name here.", KO: "여기에 그 이름의 회원이 없습니다."}
	noReview = apperr.Text{EN: "This member has no review of the film here that you can see.", KO: "볼 수 있는 그 회원의 리뷰가 여기에 없습니다."}
	noLiked  = apperr.Text{EN: "This member has no such list here that you can see.", KO: "볼 수 있는 그 회원의 목록이 여기에 없습니다."}
	noAnswer = apperr.Text{EN: "The comment that it answers is not here.", KO: "답글을 단 댓글이 여기에 없습니다."}
	oneself  = apperr.Text{EN: "This is you.", KO: "자기 자신입니다."}
	noWords  = apperr.Text{EN: "The comment has no text, or more than 2,000 characters.", KO: "내용이 없거나 2,000자를 넘는 댓글입니다."}
)

// viewer is the member as whoever reads what others wrote.
func (a *applier) viewer() auth.Viewer { return auth.Viewer{UserID: a.imp.UserID} }

// who returns the id of the member of an entry, 0 if there is none.
func (a *applier) who(name string) (int64, error) {
	if name == "" {
		return a.imp.UserID, nil
	}
	return a.users.FindNamed(a.tx, name)
}

// reviewOf returns the review that an entry is about, or why there is none.
func (a *applier) reviewOf(j *job) (*review.Review, apperr.Text, error) {
	author, err := a.who(j.entry.Username)
	if err != nil || author == 0 {
		return nil, noMember, err
	}
	r, err := a.reviews.FindBy(a.tx, author, j.film())
	if err != nil || r == nil {
		return nil, noReview, err
	}
	if _, err := a.reviews.Get(a.tx.Statement.Context, r.ID, a.viewer()); errors.Is(err, review.ErrNotFound) {
		return nil, noReview, nil
	} else if err != nil {
		return nil, apperr.Text{}, err
	}
	return r, apperr.Text{}, nil
}

// refusal returns the outcome of an entry that the rules refuse, or the error if it is another one.
func refusal(err error) (Outcome, apperr.Text, error) {
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind != apperr.Unavailable {
		return NeedsReview, e.Text, nil
	}
	return "", apperr.Text{}, err
}

// needs returns the check of entries about reviews and others: what find returns as missing needs a person. A plan does not
// know what the import itself will have made.
func needs(find func(a *applier, j *job) (apperr.Text, error)) func(*applier, *job) (Outcome, apperr.Text, error) {
	return func(a *applier, j *job) (Outcome, apperr.Text, error) {
		if a.dry && j.entry.Username == "" {
			return "", apperr.Text{}, nil
		}
		missing, err := find(a, j)
		if err != nil {
			return refusal(err)
		}
		if missing != (apperr.Text{}) {
			return NeedsReview, missing, nil
		}
		return "", apperr.Text{}, nil
	}
}

var reviewLikes = kind{
	film: true, gist: noGist, same: always,
	once: func(j *job) string { return j.entry.Username + "\n" + onceAFilm(j) },
	check: needs(func(a *applier, j *job) (apperr.Text, error) {
		r, missing, err := a.reviewOf(j)
		if err != nil || r == nil {
			return missing, err
		}
		return apperr.Text{}, follow.CheckBlocked(a.tx, a.imp.UserID, r.UserID)
	}),
	find: func(a *applier, src Source) (*thing, error) { return a.likeOfReview(src.ObjectID) },
	like: func(a *applier, j *job) (*thing, error) {
		r, _, err := a.reviewOf(j)
		if err != nil || r == nil {
			return nil, err
		}
		return a.likeOfReview(r.ID)
	},
	make: func(a *applier, j *job) (*thing, error) {
		r, _, err := a.reviewOf(j)
		if err != nil {
			return nil, err
		}
		if err := a.reactions.LikeAt(a.tx, a.viewer(), r.ID, true, j.at(a)); err != nil {
			return nil, err
		}
		return &thing{kind: history.ReviewLike, id: r.ID}, nil
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.reactions.LikeAt(a.tx, a.viewer(), t.id, false, a.at)
	},
}

func (a *applier) likeOfReview(id int64) (*thing, error) {
	liked, err := a.reactions.LikedBy(a.tx.Statement.Context, a.imp.UserID, []int64{id})
	if err != nil || !liked[id] {
		return nil, err
	}
	return &thing{kind: history.ReviewLike, id: id}, nil
}

var listLikes = kind{
	gist: noGist, same: always,
	once: func(j *job) string {
		return j.entry.Username + "\n" + j.entry.Title + "\n" + j.entry.Liked.CreatedAt.String()
	},
	check: needs(func(a *applier, j *job) (apperr.Text, error) {
		l, missing, err := a.likedList(j)
		if err != nil || l == nil {
			return missing, err
		}
		return apperr.Text{}, follow.CheckBlocked(a.tx, a.imp.UserID, l.UserID)
	}),
	find: func(a *applier, src Source) (*thing, error) { return a.likeOfList(src.ObjectID) },
	like: func(a *applier, j *job) (*thing, error) {
		l, _, err := a.likedList(j)
		if err != nil || l == nil {
			return nil, err
		}
		return a.likeOfList(l.ID)
	},
	make: func(a *applier, j *job) (*thing, error) {
		l, _, err := a.likedList(j)
		if err != nil {
			return nil, err
		}
		if err := a.reactions.LikeListAt(a.tx, a.viewer(), l.ID, true, j.at(a)); err != nil {
			return nil, err
		}
		return &thing{kind: history.ListLike, id: l.ID}, nil
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.reactions.LikeListAt(a.tx, a.viewer(), t.id, false, a.at)
	},
}

// likedList returns the list that an entry is about, or why there is none. Of several of a title it is the one that was made
// at the time in the file.
func (a *applier) likedList(j *job) (*list.List, apperr.Text, error) {
	author, err := a.who(j.entry.Username)
	if err != nil || author == 0 {
		return nil, noMember, err
	}
	found, err := a.lists.Titled(a.tx, author, j.entry.Title)
	if err != nil {
		return nil, apperr.Text{}, err
	}
	var fits []list.List
	for _, l := range found {
		_, err := a.lists.Get(a.tx.Statement.Context, l.ID, a.viewer())
		switch {
		case errors.Is(err, list.ErrNotFound):
		case err != nil:
			return nil, apperr.Text{}, err
		case l.CreatedAt.Equal(j.entry.Liked.CreatedAt):
			return &l, apperr.Text{}, nil
		default:
			fits = append(fits, l)
		}
	}
	if len(fits) == 1 {
		return &fits[0], apperr.Text{}, nil
	}
	return nil, noLiked, nil
}

func (a *applier) likeOfList(id int64) (*thing, error) {
	liked, err := a.reactions.ListsLikedBy(a.tx.Statement.Context, a.imp.UserID, []int64{id})
	if err != nil || !liked[id] {
		return nil, err
	}
	return &thing{kind: history.ListLike, id: id}, nil
}

var followed = kind{
	gist: noGist, same: always,
	once: func(j *job) string { return j.entry.Username },
	check: needs(func(a *applier, j *job) (apperr.Text, error) {
		other, err := a.users.FindNamed(a.tx, j.entry.Username)
		switch {
		case err != nil:
			return apperr.Text{}, err
		case other == 0:
			return noMember, nil
		case other == a.imp.UserID:
			return oneself, nil
		}
		return apperr.Text{}, follow.CheckBlocked(a.tx, a.imp.UserID, other)
	}),
	find: func(a *applier, src Source) (*thing, error) { return a.followOf(src.ObjectID) },
	like: func(a *applier, j *job) (*thing, error) {
		other, err := a.users.FindNamed(a.tx, j.entry.Username)
		if err != nil {
			return nil, err
		}
		return a.followOf(other)
	},
	make: func(a *applier, j *job) (*thing, error) {
		other, err := a.users.FindNamed(a.tx, j.entry.Username)
		if err != nil {
			return nil, err
		}
		if err := a.follows.FollowAt(a.tx, a.imp.UserID, other, true, j.at(a)); err != nil {
			return nil, err
		}
		return &thing{kind: history.Follow, id: other}, nil
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.follows.FollowAt(a.tx, a.imp.UserID, t.id, false, a.at)
	},
}

// followOf returns the follow of another member, or the request.
func (a *applier) followOf(other int64) (*thing, error) {
	is, err := a.follows.FollowedBy(a.tx.Statement.Context, a.imp.UserID, []int64{other})
	if err != nil {
		return nil, err
	}
	asks, err := a.follows.Asks(a.tx, a.imp.UserID, other)
	if err != nil || !asks && !is[other] {
		return nil, err
	}
	return &thing{kind: history.Follow, id: other}, nil
}

var comments = kind{
	film: true,
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		content := strings.TrimSpace(j.entry.Content)
		if _, long := cut(content, comment.MaxContent); long || content == "" {
			return Bad, noWords, nil
		}
		return needs(commentable)(a, j)
	},
	once: func(j *job) string {
		return j.entry.Username + "\n" + onceAFilm(j) + "\n" + j.entry.At.String()
	},
	gist: func(j *job) int64 { return hashOf(strings.TrimSpace(j.entry.Content), j.entry.Spoiler) },
	find: func(a *applier, src Source) (*thing, error) {
		c, err := a.comments.Find(a.tx, src.ObjectID)
		if err != nil || c == nil || c.UserID == nil || *c.UserID != a.imp.UserID {
			return nil, err
		}
		return thingOfComment(*c), nil
	},
	like: func(a *applier, j *job) (*thing, error) {
		r, _, err := a.reviewOf(j)
		if err != nil || r == nil {
			return nil, err
		}
		c, err := a.comments.FindAt(a.tx, a.imp.UserID, r.ID, j.entry.At)
		if err != nil || c == nil {
			return nil, err
		}
		return thingOfComment(*c), nil
	},
	same: func(_ *applier, j *job, t *thing) bool {
		c := t.value.(comment.Comment)
		return c.Content.Whole() == strings.TrimSpace(j.entry.Content) && c.Spoiler == j.entry.Spoiler
	},
	make: func(a *applier, j *job) (*thing, error) {
		d, missing, err := a.draftOfComment(j)
		if err == nil && missing != (apperr.Text{}) {
			err = errLost // check has found it in the same transaction
		}
		if err != nil {
			return nil, err
		}
		c, err := a.comments.CreateAt(a.tx, a.imp.UserID, d, j.at(a), a.edited(j, j.at(a)), j.recent(a))
		if err != nil {
			return nil, err
		}
		return thingOfComment(*c), nil
	},
	remove: func(a *applier, t *thing) (bool, error) { return true, a.comments.DeleteIn(a.tx, t.id) },
}

// commentable returns why a comment cannot be written.
func commentable(a *applier, j *job) (apperr.Text, error) {
	d, missing, err := a.draftOfComment(j)
	if err != nil || missing != (apperr.Text{}) {
		return missing, err
	}
	return apperr.Text{}, a.comments.CheckMayComment(a.tx.Statement.Context, d.ReviewID, a.viewer())
}

// draftOfComment returns a comment, or what it needs and is not there.
func (a *applier) draftOfComment(j *job) (comment.Draft, apperr.Text, error) {
	r, missing, err := a.reviewOf(j)
	if err != nil || r == nil {
		return comment.Draft{}, missing, err
	}
	d := comment.Draft{ReviewID: r.ID, Content: strings.TrimSpace(j.entry.Content), Spoiler: j.entry.Spoiler}
	if j.entry.ReplyTo == nil {
		return d, apperr.Text{}, nil
	}
	author, err := a.who(j.entry.ReplyTo.Username)
	if err != nil || author == 0 {
		return d, noMember, err
	}
	answered, err := a.comments.FindAt(a.tx, author, r.ID, j.entry.ReplyTo.CreatedAt)
	if err != nil {
		return d, apperr.Text{}, err
	}
	if answered == nil {
		if a.dry && author == a.imp.UserID { // the import will have made it
			return d, apperr.Text{}, nil
		}
		return d, noAnswer, nil
	}
	d.ReplyTo = &answered.ID
	return d, apperr.Text{}, nil
}

func thingOfComment(c comment.Comment) *thing {
	return &thing{kind: history.Comment, id: c.ID, value: c, state: hashOf(c.Content.Whole(), c.Spoiler, c.UpdatedAt.UnixMicro())}
}
