package transfer

import (
	"path"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer/history"
	"github.com/cinecircle/cinecircle/user"
)

var noReviewOf = apperr.Text{EN: "Its review is not here.", KO: "이 이미지의 리뷰가 여기에 없습니다."}

// reviewImages are the images of reviews that say what the file says.
var reviewImages = kind{
	film: true, once: onceAFilm, image: true,
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		if _, known := a.sources[j.row.SourceKey]; known {
			return "", apperr.Text{}, nil
		}
		if _, planned := a.planned[planKey(history.Review, onceAFilm(j))]; planned {
			return "", apperr.Text{}, nil
		}
		r, err := a.reviews.FindBy(a.tx, a.imp.UserID, j.film())
		switch {
		case err != nil:
			return "", apperr.Text{}, err
		case r == nil:
			return Kept, noReviewOf, nil
		case history.TextKey(r.Title.Whole(), r.Content.Whole()) != j.entry.Of:
			return Kept, otherHere, nil
		}
		return "", apperr.Text{}, nil
	},
	find: func(a *applier, src Source) (*thing, error) {
		r, err := a.reviews.Find(a.tx, src.ObjectID)
		if err != nil || r == nil || r.UserID != a.imp.UserID {
			return nil, err
		}
		return thingOfReviewImage(*r), nil
	},
	like: func(a *applier, j *job) (*thing, error) {
		r, err := a.reviews.FindBy(a.tx, a.imp.UserID, j.film())
		if err != nil || r == nil {
			return nil, err
		}
		return thingOfReviewImage(*r), nil
	},
	same: sameImage,
	make: func(a *applier, j *job) (*thing, error) {
		r, err := a.reviews.FindBy(a.tx, a.imp.UserID, j.film())
		if err != nil || r == nil {
			return nil, err
		}
		return a.setReviewImage(j, r.ID)
	},
	change: func(a *applier, j *job, t *thing) (*thing, error) { return a.setReviewImage(j, t.id) },
	remove: func(a *applier, t *thing) (bool, error) { return true, a.reviews.SetImageIn(a.tx, t.id, "") },
}

// sameImage reports whether a file was exported here, and the image is still the one of then.
func sameImage(_ *applier, j *job, t *thing) bool {
	return path.Base(t.value.(string)) == path.Base(j.entry.Image)
}

// thingOfReviewImage returns the image of a review, nil without one.
func thingOfReviewImage(r review.Review) *thing {
	return thingOfImage(history.ReviewImage, r.ID, r.Image.Whole())
}

func thingOfImage(kind history.Kind, id int64, key string) *thing {
	if key == "" {
		return nil
	}
	return &thing{kind: kind, id: id, value: key, state: hashOf(key)}
}

func (a *applier) setReviewImage(j *job, id int64) (*thing, error) {
	key, err := a.claim(j, picture.Review)
	if err != nil {
		return nil, err
	}
	return thingOfImage(history.ReviewImage, id, key), a.reviews.SetImageIn(a.tx, id, key)
}

// profileImages are the images of profiles without one.
var profileImages = kind{
	once: func(*job) string { return "" }, image: true,
	find:   func(a *applier, _ Source) (*thing, error) { return a.profileImage() },
	like:   func(a *applier, _ *job) (*thing, error) { return a.profileImage() },
	same:   sameImage,
	make:   func(a *applier, j *job) (*thing, error) { return a.setProfileImage(j) },
	change: func(a *applier, j *job, _ *thing) (*thing, error) { return a.setProfileImage(j) },
	remove: func(a *applier, t *thing) (bool, error) { return true, a.users.SetImageIn(a.tx, t.id, "") },
}

func (a *applier) profileImage() (*thing, error) {
	u, err := a.users.Find(a.tx, a.imp.UserID)
	if err != nil {
		return nil, err
	}
	return thingOfProfileImage(u), nil
}

func thingOfProfileImage(u user.User) *thing {
	return thingOfImage(history.ProfileImage, u.ID, u.ProfileImage)
}

func (a *applier) setProfileImage(j *job) (*thing, error) {
	key, err := a.claim(j, picture.Profile)
	if err != nil {
		return nil, err
	}
	return thingOfImage(history.ProfileImage, a.imp.UserID, key), a.users.SetImageIn(a.tx, a.imp.UserID, key)
}
