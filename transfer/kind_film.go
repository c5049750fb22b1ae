package transfer

import (
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// What members have at most once for a film: its mark, its rating, their reaction, and its place on the watchlist.

func always(*applier, *job, *thing) bool { return true }

var marks = kind{
	film: true, once: onceAFilm, gist: noGist, same: always,
	find: func(a *applier, src Source) (*thing, error) { return a.markOf(src.film()) },
	like: func(a *applier, j *job) (*thing, error) { return a.markOf(j.film()) },
	make: func(a *applier, j *job) (*thing, error) {
		m, _, err := a.markFilm(j, j.at(a))
		return thingOfMark(m), err
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return a.diary.UnmarkIn(a.tx, a.imp.UserID, t.value.(diary.WatchedFilm).MovieID)
	},
}

// film returns the film of a source, 0 for none.
func (s Source) film() int64 {
	if s.MovieID == nil {
		return 0
	}
	return *s.MovieID
}

func (a *applier) markOf(film int64) (*thing, error) {
	m, err := a.diary.FindMark(a.tx, a.imp.UserID, film)
	return thingOfMark(m), err
}

func thingOfMark(m *diary.WatchedFilm) *thing {
	if m == nil {
		return nil
	}
	return &thing{kind: history.Watched, id: m.ID, state: hashOf(m.ID), value: *m}
}

// markKey is the key of the mark that something else about a film has brought along.
func (a *applier) markKey(film int64) string {
	return sourceKey(a.imp.Format, "mark of a film", movieKey(film))
}

func (a *applier) ratingKey(film int64) string {
	return sourceKey(a.imp.Format, "rating of a film", movieKey(film))
}

// offWatchlist is what sources say that remember an entry of the watchlist: marking its film watched has taken it off. No file
// has such entries.
const offWatchlist history.Kind = "off_watchlist"

var takesOff = apperr.Text{EN: "Takes the film off your watchlist.", KO: "보고 싶은 영화 목록에서 빠집니다."}

// putBack puts the film back when the import is undone, unless it is still watched. Its source has the time of the entry in
// place of the hash.
var putBack = kind{
	film: true,
	find: func(a *applier, src Source) (*thing, error) {
		w, err := a.diary.FindWanted(a.tx, a.imp.UserID, src.film())
		if err != nil || w != nil {
			return nil, err
		}
		m, err := a.diary.FindMark(a.tx, a.imp.UserID, src.film())
		if err != nil || m != nil {
			return nil, err
		}
		entry := diary.WatchlistFilm{ID: src.ObjectID, UserID: a.imp.UserID, MovieID: src.film(), AddedAt: time.UnixMicro(src.FileHash)}
		return &thing{kind: offWatchlist, id: src.ObjectID, state: src.StateHash, value: entry}, nil
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.diary.WantAgain(a.tx, t.value.(diary.WatchlistFilm))
	},
}

func (a *applier) offKey(film int64) string {
	return sourceKey(a.imp.Format, "film off the watchlist", movieKey(film))
}

// markFilm marks the film of a row watched, which takes it off the watchlist, and remembers that. It reports whether the mark
// is new.
func (a *applier) markFilm(j *job, at time.Time) (m *diary.WatchedFilm, isNew bool, err error) {
	m, isNew, err = a.diary.MarkAt(a.tx, a.imp.UserID, j.film(), at)
	w, was := a.wanted[j.film()]
	if err != nil || !isNew || !was {
		return m, isNew, err
	}
	delete(a.wanted, j.film())
	j.takesOff = true
	key := a.offKey(j.film())
	src := a.sources[key]
	src.UserID, src.SourceKey, src.ImportID, src.N, src.MovieID, src.ObjectID = a.imp.UserID, key, a.imp.ID, j.row.N, j.row.MovieID, w.ID
	src.Kind, src.Made, src.FileHash, src.StateHash = string(offWatchlist), true, w.AddedAt.UnixMicro(), 0
	return m, isNew, a.save(src)
}

// staysWanted puts a film back on the watchlist that a rating or a review of the import has taken off, although the member had
// watched it before: they want to see it again.
func (a *applier) staysWanted(film int64) error {
	w, was := a.wanted[film]
	if !was {
		return nil
	}
	now, err := a.diary.FindWanted(a.tx, a.imp.UserID, film)
	if err != nil || now != nil {
		return err
	}
	return a.diary.WantAgain(a.tx, w)
}

// planMark says of a row that marks its film whether that takes it off the watchlist.
func (a *applier) planMark(j *job) error {
	_, is := a.wanted[j.film()]
	if _, said := a.unwanted[j.film()]; !is || said {
		return nil
	}
	m, err := a.diary.FindMark(a.tx, a.imp.UserID, j.film())
	j.takesOff = err == nil && m == nil
	a.unwanted[j.film()] = j.takesOff
	return err
}

// mark marks the film of a row watched, as rating, reviewing or logging it does, and remembers that.
func (a *applier) mark(j *job, at time.Time) error {
	m, isNew, err := a.markFilm(j, at)
	if err != nil || !isNew {
		return err
	}
	return a.remember(j, a.markKey(j.film()), thingOfMark(m), true)
}

var ratings = kind{
	film: true, once: onceAFilm, marks: true,
	gist: func(j *job) int64 { return int64(j.entry.Rating) },
	find: func(a *applier, src Source) (*thing, error) { return a.ratingOf(src.film()) },
	like: func(a *applier, j *job) (*thing, error) {
		t, err := a.ratingOf(j.film())
		if err != nil || a.broughtAlong(j, t) {
			return nil, err
		}
		return t, nil
	},
	same: func(_ *applier, j *job, t *thing) bool { return sameRating(j, t) },
	make: func(a *applier, j *job) (*thing, error) {
		if t, err := a.ratingOf(j.film()); err != nil || t != nil && sameRating(j, t) {
			return t, err
		}
		if err := a.mark(j, j.at(a)); err != nil {
			return nil, err
		}
		return a.rate(j.film(), j.entry.Rating, j.at(a), j.recent(a))
	},
	change: func(a *applier, j *job, _ *thing) (*thing, error) {
		return a.rate(j.film(), j.entry.Rating, j.at(a), false)
	},
	remove: func(a *applier, t *thing) (bool, error) {
		_, err := a.reactions.RateAt(a.tx, a.imp.UserID, t.value.(reaction.MovieRating).MovieID, 0, a.at, false)
		return true, err
	},
}

func sameRating(j *job, t *thing) bool {
	return t.value.(reaction.MovieRating).Rating == j.entry.Rating
}

// broughtAlong reports whether a rating came with a viewing or a review of the same import. A row that is a rating wins over
// it, wherever it stands in the file.
func (a *applier) broughtAlong(j *job, t *thing) bool {
	src, is := a.sources[a.ratingKey(j.film())]
	return t != nil && is && src.Made && src.ImportID == a.imp.ID && src.StateHash == t.state
}

func (a *applier) ratingOf(film int64) (*thing, error) {
	r, err := a.reactions.FindRating(a.tx, a.imp.UserID, film)
	if err != nil || r == nil {
		return nil, err
	}
	return thingOfRating(*r), nil
}

func thingOfRating(r reaction.MovieRating) *thing {
	return &thing{kind: history.Rating, id: r.ID, state: hashOf(r.Rating, r.RatedAt.UnixMicro()), value: r}
}

func (a *applier) rate(film int64, rating stars.Stars, at time.Time, announce bool) (*thing, error) {
	r, err := a.reactions.RateAt(a.tx, a.imp.UserID, film, rating, at, announce)
	if err != nil {
		return nil, err
	}
	return thingOfRating(r), a.staysWanted(film)
}

var reactions = kind{
	film: true, once: onceAFilm,
	gist: func(j *job) int64 { return hashOf(j.entry.Dislike) },
	find: func(a *applier, src Source) (*thing, error) { return a.reactionOf(src.film()) },
	like: func(a *applier, j *job) (*thing, error) { return a.reactionOf(j.film()) },
	same: func(_ *applier, j *job, t *thing) bool {
		return t.value.(reaction.MovieReaction).Type == reactionType(j)
	},
	make: func(a *applier, j *job) (*thing, error) { return a.react(j.film(), reactionType(j), j.at(a)) },
	change: func(a *applier, j *job, _ *thing) (*thing, error) {
		return a.react(j.film(), reactionType(j), j.at(a))
	},
	remove: func(a *applier, t *thing) (bool, error) {
		_, err := a.reactions.ReactAt(a.tx, a.imp.UserID, t.value.(reaction.MovieReaction).MovieID, reaction.None, a.at)
		return true, err
	},
}

func reactionType(j *job) reaction.Type {
	if j.entry.Dislike {
		return reaction.Dislike
	}
	return reaction.Like
}

func (a *applier) reactionOf(film int64) (*thing, error) {
	r, err := a.reactions.FindReaction(a.tx, a.imp.UserID, film)
	if err != nil || r == nil {
		return nil, err
	}
	return thingOfReaction(*r), nil
}

func thingOfReaction(r reaction.MovieReaction) *thing {
	return &thing{kind: history.Reaction, id: r.ID, state: hashOf(r.Type, r.UpdatedAt.UnixMicro()), value: r}
}

func (a *applier) react(film int64, t reaction.Type, at time.Time) (*thing, error) {
	r, err := a.reactions.ReactAt(a.tx, a.imp.UserID, film, t, at)
	if err != nil {
		return nil, err
	}
	return thingOfReaction(r), nil
}

var wanted = kind{
	film: true, once: onceAFilm, gist: noGist, same: always,
	find: func(a *applier, src Source) (*thing, error) { return a.wantedOf(src.film()) },
	like: func(a *applier, j *job) (*thing, error) {
		if a.dry && a.unwanted[j.film()] { // an earlier row takes it off
			return nil, nil //nolint:nilnil // nothing is an answer
		}
		return a.wantedOf(j.film())
	},
	make: func(a *applier, j *job) (*thing, error) {
		w, err := a.diary.WantAt(a.tx, a.imp.UserID, j.film(), j.at(a))
		if err == nil {
			a.wanted[j.film()] = *w
		}
		return thingOfWanted(w), err
	},
	remove: func(a *applier, t *thing) (bool, error) {
		return true, a.diary.UnwantIn(a.tx, a.imp.UserID, t.value.(diary.WatchlistFilm).MovieID)
	},
}

func (a *applier) wantedOf(film int64) (*thing, error) {
	w, err := a.diary.FindWanted(a.tx, a.imp.UserID, film)
	return thingOfWanted(w), err
}

func thingOfWanted(w *diary.WatchlistFilm) *thing {
	if w == nil {
		return nil
	}
	return &thing{kind: history.Watchlist, id: w.ID, state: hashOf(w.ID), value: *w}
}

func movieKey(id int64) string { return movie.ExternalID{Kind: "film", Value: formatID(id)}.String() }
