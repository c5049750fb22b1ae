package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// The limit of notes that imports make. They may be longer than those of the API, because earlier reviews become notes.
const (
	maxNote   = 10_000
	noteLimit = "10,000"
)

var noteTooLong = apperr.Text{
	EN: "The note has more than " + noteLimit + " characters.", KO: "메모가 " + noteLimit + "자를 넘습니다.",
}

var tagsLost = apperr.Text{
	EN: fmt.Sprintf("Only the first %d tags of at most %d characters are taken.", diary.MaxTags, diary.MaxTag),
	KO: fmt.Sprintf("%d자 이하의 태그를 %d개까지만 가져옵니다.", diary.MaxTag, diary.MaxTags),
}

// viewings are the viewings of the diary. A viewing of the same film and day that is no entry of the same format counts as
// the same one, so that two services that know of one evening do not make two.
var viewings = kind{
	film: true, marks: true,
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		if err := a.diary.CheckDay("watched_on", j.entry.Day); err != nil {
			j.wrong = j.entry.Columns.Day
			return Bad, textOf(err), nil
		}
		if _, long := cut(j.entry.Note, maxNote); long {
			j.wrong = j.entry.Columns.Text
			return Bad, noteTooLong, nil
		}
		return "", apperr.Text{}, nil
	},
	find: findViewing,
	like: likeViewing,
	same: func(_ *applier, j *job, t *thing) bool {
		v, d := t.value.(diary.Viewing), draftOfViewing(0, j)
		return v.WatchedOn == d.WatchedOn && (d.Rewatch == nil || *d.Rewatch == v.Rewatch) && equal(v.Rating, d.Rating) && equal(v.Note, d.Note) &&
			slices.Equal(v.TagList(), d.Tags)
	},
	make: makeViewing,
	change: func(a *applier, j *job, t *thing) (*thing, error) {
		v, d := t.value.(diary.Viewing), draftOfViewing(0, j)
		p := diary.Patch{WatchedOn: &d.WatchedOn, Rewatch: d.Rewatch, Rating: &d.Rating, Note: &d.Note, Tags: &d.Tags}
		if err := a.diary.ChangeIn(a.tx, v, p); err != nil {
			return nil, err
		}
		return findViewing(a, Source{ObjectID: v.ID})
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.diary.DeleteIn(a.tx, t.value.(diary.Viewing))
	},
	shortened: func(j *job) apperr.Text {
		if len(tagsOf(j.entry)) < len(diary.DistinctTags(j.entry.Tags)) {
			return tagsLost
		}
		return apperr.Text{}
	},
}

func findViewing(a *applier, src Source) (*thing, error) {
	v, err := a.diary.FindViewing(a.tx, src.ObjectID)
	if err != nil || v == nil || v.UserID != a.imp.UserID {
		return nil, err
	}
	return thingOfViewing(*v), nil
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func thingOfViewing(v diary.Viewing) *thing {
	return &thing{
		kind: history.Viewing, id: v.ID, value: v,
		state: hashOf(v.WatchedOn, v.Rewatch, v.Rating, v.Note, v.Tags, v.UpdatedAt.UnixMicro()),
	}
}

// tagsOf returns the tags that a viewing can have.
func tagsOf(e history.Entry) []string {
	tags := []string{}
	for _, tag := range e.Tags {
		tag = strings.TrimSpace(tag)
		if _, long := cut(tag, diary.MaxTag); tag != "" && !long {
			tags = append(tags, tag)
		}
	}
	tags = diary.DistinctTags(tags)
	return tags[:min(len(tags), diary.MaxTags)]
}

func draftOfViewing(userID int64, j *job) diary.Draft {
	e := j.entry
	d := diary.Draft{UserID: userID, WatchedOn: e.Day, Rewatch: e.Rewatch, Tags: tagsOf(e)}
	if j.row.MovieID != nil {
		d.MovieID = j.film()
	}
	if e.Rating != 0 {
		d.Rating = &e.Rating
	}
	if note := strings.TrimSpace(e.Note); note != "" {
		d.Note = &note
	}
	return d
}

// likeViewing returns a viewing of the same film and day that no entry of the same format is.
func likeViewing(a *applier, j *job) (*thing, error) {
	found, err := a.diary.ViewingsOn(a.tx, a.imp.UserID, j.film(), j.entry.Day)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, v := range found {
		t := thingOfViewing(v)
		taken, err := a.taken(t)
		if err != nil {
			return nil, err
		}
		if !taken {
			return t, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is an answer
}

func makeViewing(a *applier, j *job) (*thing, error) {
	if err := a.mark(j, j.at(a)); err != nil {
		return nil, err
	}
	d := draftOfViewing(a.imp.UserID, j)
	if d.Rewatch == nil && j.entry.Again {
		d.Rewatch = &j.entry.Again
	}
	v, err := a.diary.LogAt(a.tx, d, j.at(a), j.recent(a))
	if err != nil {
		return nil, err
	}
	if v.UpdatedAt, err = a.stamp(j, v, v.ID, v.UpdatedAt); err != nil {
		return nil, err
	}
	return thingOfViewing(*v), a.rateByViewing(j)
}

// rateByViewing makes the rating of a viewing that of the member, if they have none, or if it came from an earlier viewing
// of the same format and they have not changed it. Own exports have all ratings of films in a file of their own.
func (a *applier) rateByViewing(j *job) error {
	rating := j.entry.Rating
	if rating == 0 || a.imp.Format == ownFormat {
		return nil
	}
	t, err := a.ratingOf(j.film())
	if err != nil {
		return err
	}
	if t != nil {
		src, is := a.sources[a.ratingKey(j.film())]
		later, err := a.later(j)
		if err != nil || !is || src.StateHash != t.state || later {
			return err
		}
		if _, err := a.takeOver(j, src, t); err != nil {
			return err
		}
	}
	return a.rateAlong(j, rating)
}

// rateAlong rates the film of a row, and remembers that the row did.
func (a *applier) rateAlong(j *job, rating stars.Stars) error {
	t, err := a.rate(j.film(), rating, j.at(a), false)
	if err != nil {
		return err
	}
	return a.remember(j, a.ratingKey(j.film()), t, true)
}

// textOf returns the sentence of the first invalid field of an apperr.ErrValidation.
func textOf(err error) apperr.Text {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return internalFault
	}
	if len(e.Fields) > 0 {
		return e.Fields[0].Text
	}
	return e.Text
}
