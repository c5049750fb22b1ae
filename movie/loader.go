package movie

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Item is a row of a source: what it says about a film.
type Item struct {
	Line  int64
	Key   string // identifies the film among all of the same format; "" stands for all that the row says
	Draft Draft  // by the rules of the API, but for what films may lack: playtime, genres and plot
	Text  string // the row as it is in the file

	Failed  *RowError // the row cannot be read; nothing else but Line and Text is set
	NotFilm string    // what the row is about instead, in the words of the source; Draft has a title at most
	Adds    bool      // the row adds to a film that is there, and makes none
	Dropped []string  // genres that cinecircle does not have

	prepared prepared
}

// Outcome is what an import does with a row.
type Outcome string

// The values of [Outcome].
const (
	Created     Outcome = "created"
	Updated     Outcome = "updated"
	Unchanged   Outcome = "unchanged"
	NeedsReview Outcome = "needs_review"
	NotAFilm    Outcome = "not_a_film"
	Bad         Outcome = "bad"
)

// Result is what became of a row.
type Result struct {
	Item
	Outcome    Outcome
	Reason     apperr.Text // why it needs a person
	Candidates []int64     // the films that it may be about
}

// LoadOptions say how rows become films.
type LoadOptions struct {
	Format  string // of the source, for what is remembered
	Own     bool   // an own format: a row says all about its film
	Update  bool   // where the source differs, it wins
	DryRun  bool   // nothing is stored
	Serving func() bool
}

// The sizes of transactions. Large ones are best for a catalogue of which nobody writes: titles share most of their ngrams, and
// each ngram is a page of the index to write. While the service writes, it waits for each transaction.
const (
	batchRows     = 2000
	batchBytes    = 4 << 20 // of input
	servingRows   = 250
	statementRows = 500 // a statement must fit in a packet of MySQL
)

// loader stores films that are read from files. It is not safe for concurrent use.
//
// A row is about the film that one of its ids belongs to, else about the one with its title and the year of its release or
// production, else about the one with its title, a year next to it, and its director. A film that has another id of the
// same kind is another film. A row that is about none makes a film, unless there is one with its title that neither ids nor
// years tell apart: that needs a person. Of a film that is there, a row sets what it lacks, see [LoadOptions].
type loader struct {
	into    *Service
	options LoadOptions
	report  func(Result)

	batch []Item
	bytes int
	first int64 // the id of the first film that this import can make

	known *known                // the films of a dry run
	made  map[string]*candidate // likewise, by the key of the source
}

// newLoader returns a loader that passes the result of each row to report, in the order of the rows of a transaction. It
// completes the index of titles first, which an upgrade may have left incomplete.
func (s *Service) newLoader(ctx context.Context, o LoadOptions, report func(Result)) (*loader, error) {
	if err := s.index.Build(ctx); err != nil {
		return nil, fmt.Errorf("complete the index of titles: %w", err)
	}
	l := &loader{into: s, options: o, report: report}
	if err := s.db.Row(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM movies").Scan(&l.first); err != nil {
		return nil, fmt.Errorf("look for the latest film: %w", err)
	}
	return l, nil
}

// add adds a row that was prepared, and stores those added before when they are enough for a transaction. The end of ctx does not interrupt
// a transaction that has begun.
func (l *loader) add(ctx context.Context, item Item) error {
	l.batch, l.bytes = append(l.batch, item), l.bytes+len(item.Text)
	if len(l.batch) < batchRows && l.bytes < batchBytes && (len(l.batch)%servingRows > 0 || !l.serving()) {
		return nil
	}
	return l.flush(ctx)
}

func (l *loader) serving() bool { return l.options.Serving != nil && l.options.Serving() }

// flush stores the rows that were added.
func (l *loader) flush(ctx context.Context) error {
	if len(l.batch) == 0 {
		return nil
	}
	began := time.Now()
	results, err := l.store(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	for _, r := range results {
		l.report(r)
	}
	l.batch, l.bytes = l.batch[:0], 0
	if l.serving() { // other writers of SQLite have no queue: without a pause they might never find it unlocked
		pause := time.NewTimer(max(time.Since(began)/2, 25*time.Millisecond))
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// storeAttempts is how often store tries while others store films with the same external ids.
const storeAttempts = 3

func (l *loader) store(ctx context.Context) (results []Result, err error) {
	rows := make([]prepared, len(l.batch))
	for range storeAttempts {
		err = l.tx(ctx, func(tx *gorm.DB) error {
			for i, item := range l.batch { // anew after a failed attempt
				if rows[i] = item.prepared; rows[i].film != nil {
					film := *rows[i].film
					rows[i].film = &film
				}
			}
			b := &loading{loader: l, rows: rows, results: make([]Result, len(rows))}
			if err := b.load(tx); err != nil {
				return err
			}
			results = b.results
			for i := range rows {
				b.decide(i)
			}
			if l.options.DryRun {
				b.forget()
				return nil
			}
			return b.write(tx)
		})
		if !errors.Is(err, gorm.ErrDuplicatedKey) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store %d rows: %w", len(rows), err)
	}
	return results, nil
}

// tx runs fn in a transaction, or in a dry run without one.
func (l *loader) tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if l.options.DryRun {
		return fn(l.into.db.Reader(ctx))
	}
	return l.into.db.Tx(ctx, fn)
}

// prepared is a row with what matching needs. film is nil for a row that is about none.
type prepared struct {
	film *candidate
	key  string
	hash int64
}

// prepare computes what matching a row needs. It may run beside the other methods.
func (l *loader) prepare(item *Item) error {
	if item.Failed != nil || item.NotFilm != "" {
		return nil //nolint:nilerr // an invalid row does not stop the import
	}
	item.Draft.Genres, item.Draft.Genre = item.Draft.genres(), ""
	m, err := item.Draft.row(0, database.Time(l.into.clock()))
	if err != nil {
		return err
	}
	r := &item.prepared
	r.film, r.hash = newCandidate(m, item.Draft), m.contentHash()
	if item.Key == "" {
		item.Key = fmt.Sprintf("%016x", uint64(r.hash))
	}
	r.key = sourceKey(l.options.Format, item.Key)
	return nil
}

// loading is an attempt to store a batch.
type loading struct {
	*loader
	rows    []prepared
	results []Result

	sources map[string]Source
	fresh   []*candidate
}

// load reads what the rows may be about.
func (b *loading) load(tx *gorm.DB) error {
	var keys []string
	for _, r := range b.rows {
		if r.film != nil {
			keys = append(keys, r.key)
		}
	}
	var err error
	if b.sources, err = loadSources(tx, keys); err != nil {
		return err
	}
	if err := resolve(tx, b.sources); err != nil {
		return err
	}
	ids, hashes, numbers := b.wanted()
	stored, err := loadKnown(tx, ids, hashes, numbers, b.commonKind())
	if err != nil {
		return err
	}
	for _, c := range stored.films {
		c.fresh = c.movie.ID >= b.first
	}
	if !b.options.DryRun || b.known == nil {
		b.known, b.made = stored, map[string]*candidate{}
		return nil
	}
	for id, c := range stored.films { // what the dry run has changed stays as it is
		if b.known.films[id] == nil {
			b.known.add(c)
		}
	}
	return nil
}

// wanted returns the ids, the hashes of titles and the numbers of the films that the rows may be about.
func (b *loading) wanted() (ids []ExternalID, hashes, numbers []int64) {
	for i, r := range b.rows {
		if r.film == nil {
			continue
		}
		if source, has := b.sources[r.key]; has {
			if source.RowHash == r.hash && !b.options.Update {
				continue
			}
			numbers = append(numbers, source.MovieID)
		}
		ids = append(ids, r.film.draft.ExternalIDs.List()...)
		if !b.batch[i].Adds {
			hashes = append(hashes, r.film.titles...)
		}
	}
	slices.Sort(hashes)
	return ids, slices.Compact(hashes), numbers
}

// commonKind returns a kind of ids that all rows have, or "".
func (b *loading) commonKind() string {
	counts, rows := map[string]int{}, 0
	for _, r := range b.rows {
		if r.film == nil {
			continue
		}
		rows++
		for _, id := range r.film.draft.ExternalIDs.List() {
			counts[id.Kind]++
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if counts[kind] == rows {
			return kind
		}
	}
	return ""
}

// resolve replaces films that were merged, and removes sources of films that are gone.
func resolve(tx *gorm.DB, sources map[string]Source) error {
	var ids []int64
	for _, s := range sources {
		ids = append(ids, s.MovieID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	there, merged := map[int64]bool{}, map[int64]int64{}
	for some := range slices.Chunk(ids, statementRows) {
		in, args := database.InList(some)
		err := database.Each(tx, "SELECT id FROM movies WHERE id IN "+in, args, func(row database.Scanner) error {
			var id int64
			err := row.Scan(&id)
			there[id] = true
			return err
		})
		if err != nil {
			return fmt.Errorf("look for films of sources: %w", err)
		}
		if len(there) == len(ids) {
			continue
		}
		err = database.Each(tx, "SELECT from_id, into_id FROM movie_merges WHERE from_id IN "+in, args, func(row database.Scanner) error {
			var from, into int64
			err := row.Scan(&from, &into)
			merged[from] = into
			return err
		})
		if err != nil {
			return fmt.Errorf("look for merged films of sources: %w", err)
		}
	}
	for key, s := range sources {
		if into := merged[s.MovieID]; into != 0 {
			s.MovieID = into
			sources[key] = s
		} else if !there[s.MovieID] {
			delete(sources, key)
		}
	}
	return nil
}

// decide finds out what to do with a row, and does it to the candidates.
func (b *loading) decide(i int) {
	item, row, result := b.batch[i], &b.rows[i], &b.results[i]
	result.Item = item
	switch {
	case item.Failed != nil:
		result.Outcome, result.Reason = Bad, item.Failed.Text
		return
	case item.NotFilm != "":
		result.Outcome = NotAFilm
		return
	}
	if source, has := b.sources[row.key]; has && source.RowHash == row.hash && !b.options.Update {
		result.Outcome = Unchanged
		return
	}
	m := b.match(item, row)
	if m.unclear != (apperr.Text{}) {
		result.Outcome, result.Reason = NeedsReview, m.unclear
		for _, c := range m.candidates {
			if c.movie.ID != 0 {
				result.Candidates = append(result.Candidates, c.movie.ID)
			}
		}
		return
	}
	if m.film == nil {
		result.Outcome = Created
		row.film.fresh = true
		b.fresh = append(b.fresh, row.film)
		b.made[row.key] = row.film
		b.known.add(row.film)
		return
	}
	result.Outcome = Unchanged
	if complete(&m.film.draft, item.Draft, b.options.Update) {
		result.Outcome = Updated
		m.film.dirty = true
		m.film.derive()
		b.known.add(m.film)
	}
	b.made[row.key] = m.film
}

func (b *loading) match(item Item, row *prepared) match {
	m := b.known.matchIDs(row.film)
	if m.film != nil || m.unclear != (apperr.Text{}) {
		return m
	}
	if c := b.made[row.key]; c != nil && !row.film.draft.ExternalIDs.differs(c.draft.ExternalIDs) {
		return match{film: c}
	}
	if source, has := b.sources[row.key]; has {
		if c := b.known.films[source.MovieID]; c != nil && !row.film.draft.ExternalIDs.differs(c.draft.ExternalIDs) {
			return match{film: c}
		}
	}
	if item.Adds {
		return match{unclear: notThere}
	}
	return b.known.matchTitle(row.film, b.options.Own)
}

// forget drops the long texts of films that a dry run keeps.
func (b *loading) forget() {
	for _, c := range b.fresh {
		c.draft.Plot, c.draft.Cast, c.movie = "", nil, Movie{}
	}
}

// write stores what the rows have changed.
func (b *loading) write(tx *gorm.DB) error {
	films, drafts := make([]Movie, len(b.fresh)), make([]Draft, len(b.fresh))
	for i, c := range b.fresh {
		films[i], drafts[i] = c.movie, c.draft
		if !c.dirty {
			continue
		}
		var err error
		if films[i], err = c.draft.row(0, c.movie.CreatedAt); err != nil {
			return err
		}
	}
	if err := b.into.insertAll(tx, films, drafts); err != nil {
		return err
	}
	numbers := make(map[*candidate]int64, len(films))
	for i, c := range b.fresh {
		numbers[c] = films[i].ID
	}
	for _, id := range slices.Sorted(maps.Keys(b.known.films)) {
		if c := b.known.films[id]; c.dirty {
			if err := b.into.rewrite(tx, c); err != nil {
				return err
			}
		}
	}
	var sources []Source
	for _, r := range b.rows {
		if r.film == nil {
			continue
		}
		c := b.made[r.key]
		if c == nil {
			continue
		}
		id := c.movie.ID
		if id == 0 {
			id = numbers[c]
		}
		sources = append(sources, Source{SourceKey: r.key, MovieID: id, RowHash: r.hash})
	}
	return storeSources(tx, sources)
}

// rewrite stores the values of a film that has changed.
func (s *Service) rewrite(tx *gorm.DB, c *candidate) error {
	before, err := Lock(tx, c.movie.ID)
	if err != nil {
		return err
	}
	set, err := c.draft.Patch().columns(before)
	if err != nil {
		return err
	}
	_, err = s.write(tx, before, set)
	return err
}
