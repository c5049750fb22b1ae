package transfer

import (
	"fmt"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer/history"
)

var (
	noText  = apperr.Text{EN: "The review has no text.", KO: "내용이 없는 리뷰입니다."}
	earlier = apperr.Text{
		EN: "A newer review of the film is in the file, and no viewing for this one.", KO: "파일에 같은 영화의 더 최근 리뷰가 있고, 이 리뷰에 해당하는 관람 기록이 없습니다.",
	}
)

// maxReviewTitle is the limit of the API. A longer title becomes the first line of the text.
const maxReviewTitle = 50

// reviews are the reviews of films. A review that the member has here stays.
var reviews = kind{
	film: true, once: onceAFilm, marks: true,
	gist: func(j *job) int64 {
		title, content := reviewTexts(j.entry)
		return hashOf(title, content, j.entry.Spoiler)
	},
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		_, content := reviewTexts(j.entry)
		_, long := cut(content, a.reviews.MaxContent())
		switch {
		case j.entry.Earlier:
			return Kept, earlier, nil
		case content == "":
			return Bad, noText, nil
		case long:
			n := a.reviews.MaxContent()
			j.wrong = j.entry.Columns.Text
			return Bad, apperr.Text{
				EN: fmt.Sprintf("The review has more than %d characters.", n), KO: fmt.Sprintf("리뷰가 %d자를 넘습니다.", n),
			}, nil
		}
		return "", apperr.Text{}, nil
	},
	find: func(a *applier, src Source) (*thing, error) {
		r, err := a.reviews.Find(a.tx, src.ObjectID)
		if err != nil || r == nil || r.UserID != a.imp.UserID {
			return nil, err
		}
		return thingOfReview(*r), nil
	},
	like: func(a *applier, j *job) (*thing, error) {
		r, err := a.reviews.FindBy(a.tx, a.imp.UserID, j.film())
		if err != nil || r == nil {
			return nil, err
		}
		return thingOfReview(*r), nil
	},
	same: func(_ *applier, j *job, t *thing) bool {
		r := t.value.(review.Review)
		title, content := reviewTexts(j.entry)
		return r.Title.Whole() == title && r.Content.Whole() == content && r.Spoiler == j.entry.Spoiler
	},
	make: func(a *applier, j *job) (*thing, error) {
		if err := a.mark(j, j.at(a)); err != nil {
			return nil, err
		}
		title, content := reviewTexts(j.entry)
		d := review.Draft{UserID: a.imp.UserID, MovieID: j.film(), Title: title, Content: content, Spoiler: j.entry.Spoiler}
		if c := review.Commenters(j.entry.Commenters); c == review.Followed || c == review.Nobody {
			d.Comments = c
		}
		r, err := a.reviews.CreateAt(a.tx, d, j.at(a), j.recent(a))
		if err != nil {
			return nil, err
		}
		if err := a.staysWanted(j.film()); err != nil {
			return nil, err
		}
		if r.UpdatedAt, err = a.stamp(j, r, r.ID, r.UpdatedAt); err != nil {
			return nil, err
		}
		t, err := a.ratingOf(j.film())
		if err == nil && t == nil && j.entry.Rating != 0 {
			err = a.rateAlong(j, j.entry.Rating)
		}
		return thingOfReview(*r), err
	},
	change: func(a *applier, j *job, t *thing) (*thing, error) {
		title, content := reviewTexts(j.entry)
		p := review.Patch{Title: &title, Content: &content, Spoiler: &j.entry.Spoiler}
		if err := a.reviews.ChangeIn(a.tx, t.id, p); err != nil {
			return nil, err
		}
		r, err := a.reviews.Find(a.tx, t.id)
		if err != nil || r == nil {
			return nil, err
		}
		return thingOfReview(*r), nil
	},
	remove: func(a *applier, t *thing) (bool, error) {
		if t.value.(review.Review).CommentCount > 0 { // of others, who would lose them
			return false, nil
		}
		return true, a.reviews.DeleteIn(a.tx, t.id)
	},
}

// reviewTexts returns title and text of a review.
func reviewTexts(e history.Entry) (title, content string) {
	title, content = strings.TrimSpace(e.Title), strings.TrimSpace(e.Content)
	if _, long := cut(title, maxReviewTitle); long {
		return "", title + "\n\n" + content
	}
	return title, content
}

func thingOfReview(r review.Review) *thing {
	return &thing{
		kind: history.Review, id: r.ID, value: r,
		// The image is a thing of its own. Sources of before that was so have "" in its place.
		state: hashOf(r.Title.Whole(), r.Content.Whole(), "", r.Spoiler, r.Comments, r.UpdatedAt.UnixMicro()),
	}
}
