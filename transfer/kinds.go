package transfer

import (
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// thing is something that a member has here.
type thing struct {
	kind  history.Kind
	id    int64
	state int64 // of its values; another one means that somebody has changed it
	value any   // as its domain has it
}

// kind says how entries of one kind are stored, in the transaction of the applier: the account and the films of the batch are
// locked. A kind of entries needs a line in [kinds], and nothing else.
type kind struct {
	film  bool // it is about a film, without which it needs a person
	image bool // it is an image, see needsImageError
	marks bool // making it marks its film watched

	// check returns the outcome of an entry that cannot be stored, and why; "" for others. It may be nil.
	check func(a *applier, j *job) (Outcome, apperr.Text, error)
	// once names what members have at most once, such as the rating of a film. nil is for things of which they can have
	// several that are the same.
	once func(j *job) string
	// gist is the same for entries of which a plan takes one for the other: what same compares. It goes with once; nil is all of
	// an entry.
	gist func(j *job) int64
	// find returns what a source names, nil if it is gone.
	find func(a *applier, src Source) (*thing, error)
	// like returns what the member has that is the same as an entry, or stands in its place, although no source says so; nil
	// for nothing.
	like func(a *applier, j *job) (*thing, error)
	// same reports whether a thing says what an entry says.
	same func(a *applier, j *job, t *thing) bool
	// room says why there is no place for an entry that is new here. It may be nil.
	room func(a *applier, j *job) (apperr.Text, error)
	// make stores an entry.
	make func(a *applier, j *job) (*thing, error)
	// change changes a thing, which a former import has made, to what an entry says now. nil leaves it as it is.
	change func(a *applier, j *job, t *thing) (*thing, error)
	// remove takes a thing away, or returns false because something else needs it.
	remove func(a *applier, t *thing) (bool, error)
	// shortened says what is lost of an entry, because it is too long. It may be nil.
	shortened func(j *job) apperr.Text
}

// kinds are the kinds of entries that are stored.
var kinds = map[history.Kind]kind{
	history.Watched:   marks,
	history.Rating:    ratings,
	history.Reaction:  reactions,
	history.Watchlist: wanted,
	history.Viewing:   viewings,
	history.Review:    reviews,
	history.List:      lists,
	history.ListItem:  items,

	history.Profile:    profiles,
	history.Comment:    comments,
	history.ReviewLike: reviewLikes,
	history.ListLike:   listLikes,
	history.Follow:     followed,

	history.ReviewImage:  reviewImages,
	history.ProfileImage: profileImages,

	offWatchlist: putBack,
}

func (k kind) cuts(j *job) apperr.Text {
	if k.shortened == nil {
		return apperr.Text{}
	}
	return k.shortened(j)
}

func (k kind) gistOf(j *job) int64 {
	if k.gist == nil {
		return j.hash
	}
	return k.gist(j)
}

// noGist is for kinds of which all entries about one thing are the same.
func noGist(*job) int64 { return 0 }

func onceAFilm(j *job) string { return strconv.FormatInt(j.film(), 10) }
