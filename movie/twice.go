package movie

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Two rows of different sources may have nothing in common that tells that they are about one film, until the row of a third
// has the id or the title of both. In another order of the files there would have been one film all along, and so the film
// that is there twice is merged.

// twice returns the films that a row is about, the oldest first, if it is about several: by an id, and by a title and the year
// as [known.matchTitle] has it. Ids of several films are a conflict. m is the match of the row.
func (k *known) twice(row *candidate, m match) []*candidate {
	if m.unclear == otherIDs || m.unclear == severalFilms {
		return nil
	}
	var films, next []*candidate
	if len(m.candidates) > 0 && share(row.ids, m.candidates[0].ids) {
		films = slices.Clone(m.candidates)
	}
	byID := len(films)
	for _, hash := range row.titles {
		for _, c := range k.titles[hash] {
			switch d := distanceOf(row.draft, c.draft); {
			case slices.Contains(films, c) || slices.Contains(next, c):
			case d == sameYear && !row.byOthers(c):
				films = append(films, c)
			case d == nextYear && share(row.people, c.people):
				next = append(next, c)
			}
		}
	}
	if len(films) == byID {
		films = append(films, next...)
	}
	if len(films) < 2 || m.film != nil && !slices.Contains(films, m.film) {
		return nil
	}
	slices.SortStableFunc(films, (*candidate).older)
	return films
}

// older orders films by their age.
func (c *candidate) older(other *candidate) int {
	switch {
	case c.movie.ID == other.movie.ID:
		return 0
	case other.movie.ID == 0 || c.movie.ID != 0 && c.movie.ID < other.movie.ID:
		return -1
	}
	return 1
}

// unites reports whether a row shows that films are one. It has to agree with each of them in two things, but for one of them
// with which it agrees in a title and the year alone, and that has no other director. Films with different ids are not one, nor
// are those that had a title in common before: who has stored both knows of them.
func (c *candidate) unites(films []*candidate) bool {
	alone := 0
	for i, film := range films {
		d := distanceOf(c.draft, film.draft)
		if film.movie.ID == 0 || film.movie.Hidden || c.draft.ExternalIDs.differs(film.draft.ExternalIDs) || d != sameYear && d != nextYear {
			return false
		}
		for _, other := range films[:i] {
			if film.draft.ExternalIDs.differs(other.draft.ExternalIDs) || share(film.titles, other.titles) {
				return false
			}
		}
		if c.agreements(film) >= 2 {
			continue
		}
		if alone++; alone > 1 || !share(c.titles, film.titles) || film.otherDirector(c) || slices.ContainsFunc(films, film.otherDirector) {
			return false
		}
	}
	return true
}

// agreements counts what two films have in common: an id, a title, a director, and the day of the release.
func (c *candidate) agreements(other *candidate) (n int) {
	date := c.draft.ReleaseDate
	for _, agree := range [...]bool{
		share(c.ids, other.ids), share(c.titles, other.titles), share(c.people, other.people),
		len(date) == len("2006-01-02") && date == other.draft.ReleaseDate,
	} {
		if agree {
			n++
		}
	}
	return n
}

// otherDirector reports whether two films have different directors, in the same script.
func (c *candidate) otherDirector(other *candidate) bool {
	return !share(c.people, other.people) && slices.ContainsFunc(c.people, func(name string) bool {
		return slices.ContainsFunc(other.people, func(theirs string) bool { return isLatin(name) == isLatin(theirs) })
	})
}

// byOthers reports whether two films were made by different people for sure: the names of their directors are in one script, and
// not even parts of them are alike. Sources turn names around, write only one of several, or spell them differently, in another
// script anyway.
func (c *candidate) byOthers(other *candidate) bool {
	if share(c.people, other.people) {
		return false
	}
	apart := false
	for _, name := range c.people {
		for _, theirs := range other.people {
			switch {
			case alike(name, theirs):
				return false
			case isLatin(name) && isLatin(theirs) || isHangul(name) && isHangul(theirs):
				apart = true
			}
		}
	}
	return apart
}

// stem is so much of a part of a Latin name that another spelling has it too: Daniels and Daniel, Tarkovsky and Tarkovskij.
const stem = 4

// alike reports whether the keys of two names have a part in common, a long beginning of one, or are the same but for spaces.
func alike(a, b string) bool {
	as, bs := partsOf(a), partsOf(b)
	if share(as, bs) || strings.Join(as, "") == strings.Join(bs, "") {
		return true
	}
	return slices.ContainsFunc(as, func(x string) bool {
		return isLatin(x) && len(x) >= stem && slices.ContainsFunc(bs, func(y string) bool { return strings.HasPrefix(y, x[:stem]) })
	})
}

// partsOf returns the parts of the key of a name without diacritics.
func partsOf(name string) []string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(name))
	return strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
}

// isHangul reports whether the first letter of a name is Korean.
func isHangul(name string) bool {
	for _, r := range name {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Hangul, r)
		}
	}
	return false
}

func isLatin(name string) bool {
	for _, r := range name {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Latin, r)
		}
	}
	return false
}

// unite merges the films that a row shows to be one, and returns them. The match that it returns has the one that stays, or as
// candidates those that may be one.
func (b *loading) unite(row *candidate, m match) (match, []int64, error) {
	films := b.known.twice(row, m)
	if len(films) == 0 {
		return m, nil, nil
	}
	if !row.unites(films) {
		m.candidates = films
		return m, nil, nil
	}
	if b.joined {
		return match{waits: true}, nil, nil
	}
	stays, gone := films[0], films[1:]
	err := b.merge(gone, stays)
	if errors.Is(err, ErrMergeConflict) {
		return match{unclear: reviewedTwice, candidates: films}, nil, nil
	}
	if err != nil {
		return match{}, nil, fmt.Errorf("merge films into %d: %w", stays.movie.ID, err)
	}
	for _, goes := range gone {
		b.known.replace(goes, stays)
		for key, c := range b.made {
			if c == goes {
				b.made[key] = stays
			}
		}
		complete(&stays.draft, goes.draft, false)
	}
	stays.dirty = true
	stays.derive()
	b.known.add(stays)
	return match{film: stays}, numbersOf(gone), nil
}

// waits is the outcome of rows that merge films, and so wait for the end of an import that writes alone: it does without foreign
// keys, which take along what belongs to a film that goes. If it is stopped before, it finds these rows again.
const waits Outcome = "waits"

// mostWaiting is how many rows wait at most. If there are more, the import writes as it does beside a service from then on.
const mostWaiting = 200

// storeWaiting stores the rows that have waited.
func (l *loader) storeWaiting(ctx context.Context) error {
	if len(l.waiting) == 0 {
		return nil
	}
	if err := l.endAlone(ctx); err != nil {
		return err
	}
	for some := range slices.Chunk(l.waiting, batchRows) {
		for i := range some {
			l.batch = append(l.batch, &some[i])
		}
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// merge is [Service.Merge] of several films within the transaction of an import. After [ErrMergeConflict] they are as they were.
func (b *loading) merge(gone []*candidate, stays *candidate) error {
	if b.options.DryRun {
		return nil
	}
	if err := b.tx.SavePoint("merge").Error; err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	err := b.mergeAll(gone, stays)
	if errors.Is(err, ErrMergeConflict) {
		if back := b.tx.RollbackTo("merge").Error; back != nil {
			return fmt.Errorf("go back to a savepoint: %w", back)
		}
	} else if err != nil {
		return err
	}
	// Each page that is changed costs more for each savepoint that is open.
	if release := b.tx.Exec("RELEASE SAVEPOINT merge").Error; release != nil {
		return fmt.Errorf("release a savepoint: %w", release)
	}
	return err
}

func (b *loading) mergeAll(gone []*candidate, stays *candidate) error {
	for _, c := range gone {
		from, into, err := lockBoth(b.tx, c.movie.ID, stays.movie.ID)
		if err != nil {
			return err
		}
		if _, err := b.into.merge(b.tx, from, into, false); err != nil {
			return err
		}
		note := fmt.Sprintf("into %d, by an import", into.ID)
		if err := record.AddTo(b.tx, b.into.clock(), 0, record.Merge, record.Movie, from.ID, 0, note); err != nil {
			return err
		}
	}
	return nil
}

// replace makes another film the candidate in place of one that is gone.
func (k *known) replace(goes, stays *candidate) {
	for _, id := range goes.ids {
		delete(k.holders, id)
	}
	for _, hash := range goes.titles {
		k.titles[hash] = slices.DeleteFunc(k.titles[hash], func(c *candidate) bool { return c == goes })
	}
	k.films[goes.movie.ID] = stays
}

// withoutTitlesOf returns what a row says about a film, but for titles that others of the year have. With one of them nothing would
// tell the films apart any more.
func (d Draft) withoutTitlesOf(others []*candidate, film *candidate) Draft {
	isOthers := func(title string) bool {
		hash := hashTitle(title)
		return !slices.Contains(film.titles, hash) &&
			slices.ContainsFunc(others, func(c *candidate) bool { return c != film && slices.Contains(c.titles, hash) })
	}
	if isOthers(d.Title) {
		d.Title = film.draft.Title
	}
	if isOthers(d.OriginalTitle) {
		d.OriginalTitle = ""
	}
	d.Aliases = slices.DeleteFunc(slices.Clone(d.Aliases), isOthers)
	return d
}

// reviewedTwice is why films that are one stay two.
var reviewedTwice = apperr.Text{
	EN: "It is in the catalogue twice, and a member has reviewed both. Merge them, and import the row again.",
	KO: "카탈로그에 두 번 있고 두 편 모두에 리뷰를 쓴 회원이 있습니다. 두 영화를 합친 뒤에 이 행을 다시 가져오세요.",
}
