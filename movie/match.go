package movie

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// candidate is a film that a row of an import may be about: a stored one, or one that the same batch will store.
type candidate struct {
	movie  Movie // as it is stored; without an id if it is not
	draft  Draft // as it will be
	ids    []ExternalID
	titles []int64
	people []string // the keys of its directors
	fresh  bool     // this import has made it, or an interrupted one of the same file
	dirty  bool     // draft has to be stored
}

func newCandidate(m Movie, d Draft) *candidate {
	c := &candidate{movie: m, draft: d, ids: d.ExternalIDs.List(), titles: titleHashes(m.hashStored(), d.Title, d.Details)}
	c.people = peopleOf(d.Directors)
	return c
}

// derive sets anew what matching compares.
func (c *candidate) derive() {
	c.ids = c.draft.ExternalIDs.List()
	c.titles = titleHashes(hashTitle(c.draft.Title), c.draft.Title, c.draft.Details)
	c.people = peopleOf(c.draft.Directors)
}

func peopleOf(names []string) (keys []string) {
	for _, name := range names {
		keys = append(keys, nameKey(name))
	}
	return keys
}

// draftOf returns the values of a stored film.
func draftOf(m Movie) (Draft, error) {
	d, err := m.ReadDetails()
	if err != nil {
		return Draft{}, err
	}
	cast, err := m.Cast()
	if err != nil {
		return Draft{}, err
	}
	return Draft{Title: m.Title, Plot: m.Plot, Cast: cast, Playtime: m.Playtime, ReleaseDate: m.ReleaseDate, Details: d}, nil
}

// years returns the years of the release and of the production, without unknown ones.
func (d Draft) years() []int64 {
	years := []int64{yearOf(d.ReleaseDate), d.ProductionYear}
	return slices.DeleteFunc(years, func(y int64) bool { return y == 0 })
}

// distance is how far the years of two films are apart.
type distance int

const (
	unknownYear distance = iota // one has no year
	sameYear
	nextYear
	otherYear
)

func distanceOf(a, b Draft) distance {
	found := unknownYear
	for _, x := range a.years() {
		for _, y := range b.years() {
			d := otherYear
			switch x - y {
			case 0:
				return sameYear
			case 1, -1:
				d = nextYear
			}
			if found == unknownYear || d < found {
				found = d
			}
		}
	}
	return found
}

// differs reports whether two films have different ids of the same kind.
func (e ExternalIDs) differs(other ExternalIDs) bool {
	theirs := map[string]string{}
	for _, id := range other.List() {
		theirs[id.Kind] = id.Value
	}
	return slices.ContainsFunc(e.List(), func(id ExternalID) bool {
		value, has := theirs[id.Kind]
		return has && value != id.Value
	})
}

func share[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// The reasons why a row needs a person.
var (
	severalFilms = apperr.Text{
		EN: "Its ids belong to different films.", KO: "ID들이 서로 다른 영화를 가리킵니다.",
	}
	otherIDs = apperr.Text{
		EN: "A film has one of its ids, but differs from it in an id of another kind.", KO: "ID 하나는 같지만 다른 종류의 ID는 서로 다른 영화가 있습니다.",
	}
	severalTitles = apperr.Text{
		EN: "Several films have this title and year.", KO: "제목과 연도가 같은 영화가 여럿 있습니다.",
	}
	unclearTitle = apperr.Text{
		EN: "A film has this title, and neither ids nor years tell them apart.", KO: "제목이 같은 영화가 있는데 ID나 연도로 구별되지 않습니다.",
	}
	otherDirectors = apperr.Text{
		EN: "A film has this title and year, but other directors.", KO: "제목과 연도는 같지만 감독이 다른 영화가 있습니다.",
	}
	notThere = apperr.Text{
		EN: "The catalogue does not have the film that this row adds to.", KO: "이 행이 보충하는 영화가 카탈로그에 없습니다.",
	}
)

// match is the answer to the question which film a row is about.
type match struct {
	film       *candidate  // nil: none of the candidates
	unclear    apperr.Text // why it needs a person, or the zero value
	candidates []*candidate
	waits      bool // films have to be merged first
}

// known has the films that the rows of a batch may be about.
type known struct {
	holders map[ExternalID]*candidate
	titles  map[int64][]*candidate
	films   map[int64]*candidate
}

// loadKnown returns the films with one of the ids, titles or numbers. It leaves out films that have an id of a kind, unless
// that is "", and only the title: rows with another id of the same kind are about other films. hidden says whether
// hidden films are among them.
func loadKnown(tx *gorm.DB, ids []ExternalID, hashes, numbers []int64, kind string, hidden bool) (*known, error) {
	k := &known{holders: map[ExternalID]*candidate{}, titles: map[int64][]*candidate{}, films: map[int64]*candidate{}}
	holding, err := holders(tx, ids)
	if err != nil {
		return nil, err
	}
	titled, err := moviesOfTitles(tx, hashes, kind)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(slices.Collect(maps.Values(holding)), titled, numbers)
	slices.Sort(all)
	for some := range slices.Chunk(slices.Compact(all), statementRows) {
		in, args := database.InList(some)
		films, err := readMovies(tx, "SELECT "+movieColumns+" FROM movies WHERE id IN "+in, args, len(some))
		if err != nil {
			return nil, fmt.Errorf("load %d movies: %w", len(some), err)
		}
		for _, m := range films {
			if m.Hidden && !hidden {
				continue
			}
			d, err := draftOf(m)
			if err != nil {
				return nil, err
			}
			k.add(newCandidate(m, d))
		}
	}
	return k, nil
}

// withoutKind selects the hashes of titles of films that have no id of a kind.
const withoutKind = "NOT EXISTS (SELECT 1 FROM movie_external_ids e WHERE e.movie_id = movie_title_hashes.movie_id AND e.kind = ?)"

// moviesOfTitles returns the films with one of the hashes of titles, without those that have an id of a kind.
func moviesOfTitles(tx *gorm.DB, hashes []int64, kind string) (ids []int64, err error) {
	for some := range slices.Chunk(hashes, statementRows) {
		in, args := database.InList(some)
		query := "SELECT movie_id FROM movie_title_hashes WHERE hash IN " + in
		if kind != "" {
			query += " AND " + withoutKind
			args = append(args, kind)
		}
		err := database.Each(tx, query, args, func(row database.Scanner) error {
			var id int64
			if err := row.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for films by title: %w", err)
		}
	}
	return ids, nil
}

// add makes a film a candidate for further rows.
func (k *known) add(c *candidate) {
	if c.movie.ID != 0 {
		k.films[c.movie.ID] = c
	}
	for _, id := range c.ids {
		k.holders[id] = c
	}
	for _, hash := range c.titles {
		if !slices.Contains(k.titles[hash], c) {
			k.titles[hash] = append(k.titles[hash], c)
		}
	}
}

// matchIDs returns the film with an id of the row.
func (k *known) matchIDs(row *candidate) match {
	var m match
	for _, id := range row.ids {
		if c := k.holders[id]; c != nil && !slices.Contains(m.candidates, c) {
			m.candidates = append(m.candidates, c)
		}
	}
	switch {
	case len(m.candidates) > 1:
		m.unclear = severalFilms
	case len(m.candidates) == 1 && row.draft.ExternalIDs.differs(m.candidates[0].draft.ExternalIDs):
		m.unclear = otherIDs
	case len(m.candidates) == 1:
		m.film = m.candidates[0]
	}
	return m
}

// matchTitle returns the film with the title of the row and the same year, or a year next to it and the same director, which
// also tells films of one title and year apart.
// A row of the own formats says all about its film: without a year it is equal to a film without one, or about another one,
// and a film of the same file that differs from it is another one. Whether it is a film that has a year, a person decides.
func (k *known) matchTitle(row *candidate, own bool) match {
	var m match
	var same, next []*candidate
	for _, c := range k.titled(row, own) {
		switch row.compare(c, own) {
		case isSame:
			same = append(same, c)
		case isEqual:
			return match{film: c}
		case isNext:
			next = append(next, c)
		case isOther:
			continue
		case isUnclear:
		}
		m.candidates = append(m.candidates, c)
	}
	hits := same
	if len(hits) > 1 {
		if directed := slices.DeleteFunc(slices.Clone(same), func(c *candidate) bool { return !share(row.people, c.people) }); len(directed) == 1 {
			hits = directed
		}
	}
	if len(hits) == 0 {
		hits = next
	}
	switch {
	case len(hits) == 1:
		m.film = hits[0]
	case len(hits) > 1:
		m.unclear = severalTitles
	case slices.ContainsFunc(m.candidates, row.byOthers):
		m.unclear = otherDirectors
	case len(m.candidates) > 0:
		m.unclear = unclearTitle
	}
	return m
}

// titled returns the films with a title of the row, each once, that may be the same.
func (k *known) titled(row *candidate, own bool) (films []*candidate) {
	for _, hash := range row.titles {
		for _, c := range k.titles[hash] {
			if !slices.Contains(films, c) && !row.draft.ExternalIDs.differs(c.draft.ExternalIDs) && (!own || !c.fresh || row.fits(c)) {
				films = append(films, c)
			}
		}
	}
	return films
}

// likeness is what years and directors say about two films with the same title.
type likeness int

const (
	isUnclear likeness = iota
	isSame
	isNext
	isOther
	isEqual
)

func (c *candidate) compare(other *candidate, own bool) likeness {
	switch distanceOf(c.draft, other.draft) {
	case sameYear:
		if own || !c.byOthers(other) {
			return isSame
		}
	case nextYear:
		if share(c.people, other.people) {
			return isNext
		}
		if own || len(c.people) > 0 && len(other.people) > 0 {
			return isOther
		}
	case otherYear:
		return isOther
	case unknownYear:
		if own && len(c.draft.years()) == 0 && len(other.draft.years()) == 0 && c.equals(other) {
			return isEqual
		}
		if own && (other.fresh || len(c.draft.years()) == len(other.draft.years())) {
			return isOther
		}
	}
	return isUnclear
}

// fits reports whether two films agree in all that both tell.
func (c *candidate) fits(other *candidate) bool {
	filled := c.draft
	complete(&filled, other.draft, false)
	return !complete(&filled, other.draft, true)
}

// equals reports whether all values of two films are equal.
func (c *candidate) equals(other *candidate) bool {
	mine, theirs := c.draft, other.draft
	return !complete(&mine, theirs, true) && !complete(&theirs, mine, true)
}

// complete gives a film the values of another that it lacks, also the titles, or all values that the other has. Ids that it has
// stay. It reports whether that changes the film.
func complete(film *Draft, from Draft, all bool) (changed bool) {
	fillText := func(to *string, value string) {
		if value != "" && *to != value && (all || *to == "") {
			*to, changed = value, true
		}
	}
	fillNumber := func(to *int64, value int64) {
		if value != 0 && *to != value && (all || *to == 0) {
			*to, changed = value, true
		}
	}
	fillWhole := func(to *[]string, values []string) {
		if len(values) > 0 && !slices.Equal(*to, values) {
			*to, changed = values, true
		}
	}
	fillList := func(to *[]string, values []string) {
		if all || len(*to) == 0 {
			fillWhole(to, values)
		}
	}
	fillText(&film.Title, from.Title)
	fillText(&film.Plot, from.Plot)
	fillNumber(&film.Playtime, from.Playtime)
	fillText(&film.ReleaseDate, from.ReleaseDate)
	fillText(&film.OriginalTitle, from.OriginalTitle)
	aliases := from.Aliases
	if !all { // so that further sources with these titles find it
		aliases = slices.Concat(film.Aliases, from.otherThan(*film))
	}
	fillWhole(&film.Aliases, aliases)
	fillNumber(&film.ProductionYear, from.ProductionYear)
	fillList(&film.Genres, from.genres())
	fillList(&film.Directors, from.Directors)
	fillList(&film.Countries, from.Countries)
	fillList(&film.Languages, from.Languages)
	fillText(&film.AgeGrade, from.AgeGrade)
	if len(from.Cast) > 0 && (len(film.Cast) == 0 || all && !slices.EqualFunc(film.Cast, from.Cast, CastMember.equals)) {
		film.Cast, changed = from.Cast, true
	}
	if ids := film.ExternalIDs.filledFrom(from.ExternalIDs); ids != film.ExternalIDs {
		film.ExternalIDs, changed = ids, true
	}
	return changed
}

// otherThan returns the titles of d that a film has in no spelling, as many as there is room for.
func (d Draft) otherThan(film Draft) []string {
	known := titleHashes(hashTitle(film.Title), film.Title, film.Details)
	var aliases []string
	for _, title := range append([]string{d.Title, d.OriginalTitle}, d.Aliases...) {
		if title != "" && len(film.Aliases)+len(aliases) < maxAliases && !slices.Contains(known, hashTitle(title)) {
			aliases = append(aliases, title)
			known = append(known, hashTitle(title))
		}
	}
	return aliases
}

// maxAliases is the limit of the API.
const maxAliases = 20

// genres returns the genres of the film, also if it has only the short form.
func (d Draft) genres() []string {
	if len(d.Genres) == 0 && d.Genre != "" {
		return []string{d.Genre}
	}
	return d.Genres
}
