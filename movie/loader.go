package movie

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/memory"
	"github.com/cinecircle/cinecircle/platform/textindex"
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
	Item       // Draft has the title and the date of the release only
	Outcome    Outcome
	Reason     apperr.Text // why it needs a person
	Candidates []int64     // the films that it may be about
	Merged     []int64     // the films that it has shown to be its film, and that are merged into it
}

// LoadOptions say how rows become films.
type LoadOptions struct {
	Format  string // of the source, for what is remembered
	Own     bool   // an own format: a row says all about its film
	Update  bool   // where the source differs, it wins
	DryRun  bool   // nothing is stored
	Serving func() bool
}

// The sizes of batches, which are matched together, and of transactions. Large transactions are best for a catalogue of which
// nobody writes: rows share most pages of some indexes, and each page is written once for each transaction. While the service
// writes, it waits for each transaction.
const (
	batchRows       = 500
	batchBytes      = 4 << 20 // of input
	transactionRows = progressEvery
	servingRows     = 8   // some 2 ms, for which other writers wait
	statementRows   = 500 // a statement must fit in a packet of MySQL
)

// loader stores films that are read from files. It is not safe for concurrent use.
//
// A row is about the film that one of its ids belongs to, else about the one with its title and the year of its release or
// production, else about the one with its title, a year next to it, and its director. A film that has another id of the
// same kind is another film. A row that is about none makes a film, unless there is one with its title that neither ids nor
// years tell apart: that needs a person. Films that a row shows to be one are merged. Of a film that is there, a row sets what it
// lacks, see [LoadOptions].
type loader struct {
	into    *Service
	options LoadOptions
	report  func(Result)

	batch []*Item
	bytes int
	first int64 // the id of the first film that this import can make
	again idSet // films that an interrupted import of the same file has made

	pending *textindex.Pending // what the index of titles does not have yet
	rows    newRows            // of the latest batch
	results []held             // of rows whose transaction is not committed yet
	waiting []Item             // rows that show films to be one

	stopped  error        // why not all rows were read
	ending   func() error // ends the mode for writing alone; nil in the other mode
	joined   bool         // the batches are part of a transaction
	added    int64        // films that were made
	read     int64        // rows
	deferred bool         // the indexes of films wait to be built
	kind     string       // of ids that all rows of the latest batch have, or ""
	filters  bool         // stored is used
	stored   *filter      // what is stored

	served bool // a service was running when it was last looked for
	looked time.Time

	known *known                // the films of a dry run
	made  map[string]*candidate // likewise, by the key of the source
}

// newLoader returns a loader that passes the result of each row to report, in the order of the rows of a transaction. It
// completes the index of titles first, which an upgrade may have left incomplete.
func (s *Service) newLoader(ctx context.Context, o LoadOptions, report func(Result)) (*loader, error) {
	if err := s.index.Build(ctx); err != nil {
		return nil, fmt.Errorf("complete the index of titles: %w", err)
	}
	l := &loader{into: s, options: o, report: report, again: idSet{}, pending: s.index.Pending(), rows: newRowsOf(s.db.Driver())}
	if err := s.db.Row(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM movies").Scan(&l.first); err != nil {
		return nil, fmt.Errorf("look for the latest film: %w", err)
	}
	return l, nil
}

// run stores the rows of a source. It calls progress with the number of rows that were read every 10,000 rows.
func (l *loader) run(ctx context.Context, rows *ahead, progress func(read int64)) (err error) {
	if err := l.beginAlone(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.endAlone(ctx)) }()
	for more := true; more; {
		if more, err = l.transact(ctx, rows); err != nil {
			return errors.Join(l.stopped, err)
		}
		progress(l.read)
	}
	return errors.Join(l.stopped, l.storeWaiting(ctx), l.complete(ctx))
}

// beginAlone sets the database up for writing alone, unless it is served.
func (l *loader) beginAlone(ctx context.Context) (err error) {
	if l.options.DryRun || l.serving() {
		return nil
	}
	if l.ending, err = l.into.db.Bulk(ctx); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// leastPause is longer than the 2 ms between two attempts of a service to lock the file, so that one of them succeeds.
const leastPause = 4 * time.Millisecond

// pause waits after a transaction beside a service. Writers of several processes have no queue: without a pause they might
// never find the file unlocked.
func (l *loader) pause(ctx context.Context, took time.Duration) {
	pause := time.NewTimer(max(took, leastPause))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}

// endAlone undoes beginAlone and deferIndexes.
func (l *loader) endAlone(ctx context.Context) error {
	if l.ending == nil {
		return nil
	}
	restore := l.ending
	l.ending, l.stored, l.filters = nil, nil, false
	if l.deferred {
		memory.Free() // for SQLite, which sorts
	}
	return errors.Join(l.into.db.BuildDeferred(context.WithoutCancel(ctx)), restore())
}

// transact stores some rows: in one transaction if nobody else writes, else a batch. It returns false after the last row.
func (l *loader) transact(ctx context.Context, rows *ahead) (more bool, err error) {
	if l.ending != nil && (len(l.waiting) >= mostWaiting || l.serving()) {
		if err := l.endAlone(ctx); err != nil {
			return false, err
		}
	}
	l.pending.Pace(nil)
	if l.serving() {
		l.pending.Pace(func(took time.Duration) { l.pause(ctx, took) })
	}
	if l.ending == nil || l.into.db.Driver() != database.SQLite {
		return l.fill(ctx, context.WithoutCancel(ctx), rows)
	}
	if err := l.deferIndexes(ctx); err != nil {
		return false, err
	}
	began := false
	err = l.into.db.Tx(context.WithoutCancel(ctx), func(tx *gorm.DB) (err error) {
		if began { // its rows are read, and what they were matched with is gone
			return errors.New("the transaction was lost")
		}
		began, l.joined = true, true
		defer func() { l.joined = false }()
		if err := l.filter(tx); err != nil {
			return err
		}
		more, err = l.fill(ctx, tx.Statement.Context, rows)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("import: %w", err)
	}
	l.deliver()
	return more, nil
}

// fill stores the rows of a transaction, and returns false after the last row. The end of ctx, and of the source, interrupt no
// batch that has begun; stopped is the reason.
func (l *loader) fill(ctx, within context.Context, rows *ahead) (more bool, err error) {
	for {
		if ctx.Err() != nil {
			l.stopped = fmt.Errorf("import stopped: %w", context.Cause(ctx))
			return false, nil //nolint:nilerr // what was stored before is committed
		}
		item, more, err := rows.next()
		if !more {
			l.stopped = err
			return false, l.flush(within)
		}
		l.read++
		if l.batch, l.bytes = append(l.batch, item), l.bytes+len(item.Text); !l.full() {
			continue
		}
		if err := l.flush(within); err != nil {
			return false, err
		}
		if !l.joined || l.read%transactionRows == 0 || l.defers() || l.serving() {
			return true, nil
		}
	}
}

// full reports whether the batch has enough rows.
func (l *loader) full() bool {
	return len(l.batch) >= batchRows || l.read%transactionRows == 0 || l.bytes >= batchBytes || len(l.batch)%servingRows == 0 && l.serving()
}

// The films of which an import drops the indexes until its end: so many new ones, and a quarter of those that there were. For
// fewer it costs more to build the indexes than to keep them.
const (
	deferredFilms = 2000
	deferredPart  = 4
)

// defers reports whether the import goes on without the indexes of films.
func (l *loader) defers() bool {
	return !l.deferred && l.added >= deferredFilms && l.added*deferredPart >= l.first
}

// deferIndexes drops the indexes that the import does not need itself, if that is worth it.
func (l *loader) deferIndexes(ctx context.Context) error {
	if !l.defers() {
		return nil
	}
	l.deferred, l.filters = true, true
	if err := l.into.db.DeferIndexes(ctx, "movies", "movie_genres", "movie_titles", "movie_people"); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// filter keeps what is stored in a filter from the moment on that the indexes are dropped, until another program writes. It is
// called at the begin of a transaction, in which nobody else does.
func (l *loader) filter(tx *gorm.DB) (err error) {
	if !l.filters {
		return nil
	}
	if l.stored == nil {
		l.stored, err = newFilter(tx, l.kind)
		return err
	}
	version, err := database.DataVersion(tx)
	if version != l.stored.version {
		l.stored, l.filters = nil, false
	}
	return err
}

// deliver passes on the results of rows that are stored.
func (l *loader) deliver() {
	for _, h := range l.results {
		l.report(h.result())
	}
	clear(l.results)
	l.results = l.results[:0]
}

// The most new films that the index of titles does not have yet. A search looks up all of them. A lone import has the lists of
// eight blocks of them in memory, 10 MB.
const (
	mostPending        = 1 << 17
	mostPendingServing = 1000
)

func (l *loader) mostPending() int {
	if l.into.db.Driver() == database.SQLite && !l.serving() {
		return mostPending
	}
	return mostPendingServing
}

// lookEvery is how often an import that writes alone looks for a service.
const lookEvery = 10 * time.Millisecond

func (l *loader) serving() bool {
	if l.options.Serving == nil || l.ending != nil && !l.served && time.Since(l.looked) < lookEvery {
		return false
	}
	l.served, l.looked = l.options.Serving(), time.Now()
	return l.served
}

// complete adds all new films to the index of titles.
func (l *loader) complete(ctx context.Context) error {
	if err := l.pending.Flush(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// flush stores the rows that were added.
func (l *loader) flush(ctx context.Context) error {
	if len(l.batch) == 0 {
		return nil
	}
	began := time.Now()
	b, err := l.store(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if !l.joined && l.serving() {
		l.pause(ctx, time.Since(began))
	}
	for i, d := range b.decisions {
		if d.outcome == waits {
			l.waiting = append(l.waiting, *l.batch[i])
		} else {
			l.results = append(l.results, l.batch[i].resultOf(d))
		}
	}
	if !l.joined {
		l.deliver()
	}
	l.added += int64(len(b.fresh))
	clear(l.batch)
	l.batch, l.bytes = l.batch[:0], 0
	if err := l.pending.Add(context.WithoutCancel(ctx), l.mostPending(), textsOfNew(b.fresh)...); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// held is a [Result] that waits for the end of a transaction. Most rows have nothing to tell but their outcome.
type held struct {
	line    int64
	outcome Outcome
	rest    *told
}

// told is what a [Result] tells beside the outcome. It is a fraction of the size.
type told struct {
	text, title, date string
	failed            *RowError
	notFilm           string
	dropped           []string
	reason            apperr.Text
	candidates        []int64
	merged            []int64
}

func (i *Item) resultOf(d decision) held {
	h := held{line: i.Line, outcome: d.outcome}
	if i.Failed != nil || i.NotFilm != "" || d.reason != (apperr.Text{}) || len(i.Dropped)+len(d.merged) > 0 {
		h.rest = &told{i.Text, i.Draft.Title, i.Draft.ReleaseDate, i.Failed, i.NotFilm, i.Dropped, d.reason, d.candidates, d.merged}
	}
	return h
}

func (h held) result() Result {
	r := Result{Item: Item{Line: h.line}, Outcome: h.outcome}
	if t := h.rest; t != nil {
		r.Text, r.Draft.Title, r.Draft.ReleaseDate = t.text, t.title, t.date
		r.Failed, r.NotFilm, r.Dropped, r.Reason, r.Candidates, r.Merged = t.failed, t.notFilm, t.dropped, t.reason, t.candidates, t.merged
	}
	return r
}

// storeAttempts is how often store tries while others store films with the same external ids.
const storeAttempts = 3

func (l *loader) store(ctx context.Context) (b *loading, err error) {
	for range storeAttempts {
		err = l.tx(ctx, func(tx *gorm.DB) error {
			if b != nil { // an attempt failed, and has changed what was prepared
				if err := l.prepareAll(); err != nil {
					return err
				}
			}
			b = &loading{loader: l, decisions: make([]decision, len(l.batch))}
			return b.run(tx)
		})
		if l.joined || !errors.Is(err, gorm.ErrDuplicatedKey) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store %d rows: %w", len(l.batch), err)
	}
	return b, nil
}

// prepareAll prepares the batch again.
func (l *loader) prepareAll() error {
	for i := range l.batch {
		if err := l.prepare(l.batch[i]); err != nil {
			return err
		}
	}
	return nil
}

// run decides on the rows and, unless it is a dry run, stores what they need.
func (b *loading) run(tx *gorm.DB) error {
	if err := b.load(tx); err != nil {
		return err
	}
	b.tx = tx
	for i := range b.batch {
		var err error
		if b.decisions[i], err = b.decide(b.batch[i]); err != nil {
			return err
		}
	}
	if b.options.DryRun {
		b.forget()
		return nil
	}
	return b.write(tx)
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
	m, err := item.Draft.row(0, time.Time{})
	if err != nil {
		return err
	}
	r := &item.prepared
	r.film, r.hash = newCandidate(m, item.Draft), m.contentHash()
	if item.Key == "" {
		item.Key = hexOf(r.hash)
	}
	r.key = sourceKey(l.options.Format, item.Key)
	return nil
}

// hexOf returns a number as 16 digits.
func hexOf(n int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	return hex.EncodeToString(b[:])
}

// loading is an attempt to store a batch.
type loading struct {
	*loader
	tx        *gorm.DB
	decisions []decision // on each row

	sources    map[string]Source
	remembered map[string]bool // the keys of sources that are stored, also of films that are gone
	fresh      []*candidate
}

// decision is what to do with a row, as [Result] has it.
type decision struct {
	outcome    Outcome
	reason     apperr.Text
	candidates []int64
	merged     []int64
}

// load reads what the rows may be about.
func (b *loading) load(tx *gorm.DB) error {
	var keys []string
	for i := range b.batch {
		if r := &b.batch[i].prepared; r.film != nil && mayHave(b.stored, r.key) {
			keys = append(keys, r.key)
		}
	}
	var err error
	if b.sources, err = loadSources(tx, keys); err != nil {
		return err
	}
	b.remembered = make(map[string]bool, len(b.sources))
	for key := range b.sources {
		b.remembered[key] = true
	}
	if err := resolve(tx, b.sources); err != nil {
		return err
	}
	b.kind = b.commonKind()
	ids, hashes, numbers := b.wanted()
	stored, err := loadKnown(tx, ids, hashes, numbers, b.kind, true)
	if err != nil {
		return err
	}
	for _, c := range stored.films {
		c.fresh = c.movie.ID >= b.first || b.again.has(c.movie.ID)
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
	titles := b.stored
	if !b.stored.knowsTitles(b.kind) {
		titles = nil
	}
	for i := range b.batch {
		r := &b.batch[i].prepared
		if r.film == nil {
			continue
		}
		if source, has := b.sources[r.key]; has {
			if source.RowHash == r.hash && !b.options.Update {
				continue
			}
			numbers = append(numbers, source.MovieID)
		}
		ids = appendThose(ids, r.film.ids, b.stored)
		if !b.batch[i].Adds {
			hashes = appendThose(hashes, r.film.titles, titles)
		}
	}
	slices.Sort(hashes)
	return ids, slices.Compact(hashes), numbers
}

// appendThose appends the keys that may be stored.
func appendThose[T comparable](to, keys []T, stored *filter) []T {
	for _, key := range keys {
		if mayHave(stored, key) {
			to = append(to, key)
		}
	}
	return to
}

// commonKind returns a kind of ids that all rows have, or "".
func (b *loading) commonKind() string {
	counts, rows := map[string]int{}, 0
	for i := range b.batch {
		r := &b.batch[i].prepared
		if r.film == nil {
			continue
		}
		rows++
		for _, id := range r.film.ids {
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
func (b *loading) decide(item *Item) (d decision, err error) {
	row := &item.prepared
	switch {
	case item.Failed != nil:
		return decision{outcome: Bad, reason: item.Failed.Text}, nil //nolint:nilerr // an invalid row does not stop the import
	case item.NotFilm != "":
		return decision{outcome: NotAFilm}, nil
	}
	if b.isAgain(row) && !b.options.Update {
		return decision{outcome: Unchanged}, nil
	}
	m, from := b.match(item, row), item.Draft
	if (m.film != nil || m.unclear != (apperr.Text{})) && !b.options.Own && !item.Adds {
		if m, d.merged, err = b.unite(row.film, m); err != nil {
			return decision{}, err
		}
		if m.waits {
			return decision{outcome: waits}, nil
		}
		if m.film != nil && len(m.candidates) > 1 && !b.options.Update {
			from = from.withoutTitlesOf(m.candidates, m.film)
		}
	}
	if m.unclear != (apperr.Text{}) {
		return decision{outcome: NeedsReview, reason: m.unclear, candidates: numbersOf(m.candidates)}, nil
	}
	if m.film == nil {
		row.film.fresh = true
		b.fresh = append(b.fresh, row.film)
		b.made[row.key] = row.film
		b.known.add(row.film)
		return decision{outcome: Created}, nil
	}
	b.made[row.key] = m.film
	if d.outcome = Updated; !complete(&m.film.draft, from, b.options.Update) && len(d.merged) == 0 {
		return decision{outcome: Unchanged}, nil
	}
	m.film.dirty = true
	m.film.derive()
	b.known.add(m.film)
	return d, nil
}

// numbersOf returns the ids of films that are stored.
func numbersOf(films []*candidate) (ids []int64) {
	for _, c := range films {
		if c.movie.ID != 0 {
			ids = append(ids, c.movie.ID)
		}
	}
	return ids
}

// isAgain reports whether the same row was imported before. Its film is one of this file, as if this import had made it: else
// the rest of an import that was interrupted would take films that differ for the same.
func (b *loading) isAgain(row *prepared) bool {
	source, has := b.sources[row.key]
	if !has || source.RowHash != row.hash {
		return false
	}
	b.again.add(source.MovieID)
	if c := b.known.films[source.MovieID]; c != nil {
		c.fresh = true
	}
	return true
}

func (b *loading) match(item *Item, row *prepared) match {
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

// insert stores the films that the rows have made.
func (b *loading) insert(tx *gorm.DB) error {
	at := database.Time(b.into.clock())
	for _, c := range b.fresh {
		c.movie.CreatedAt, c.movie.UpdatedAt = at, at
		if !c.dirty {
			continue
		}
		var err error
		if c.movie, err = c.draft.row(0, at); err != nil {
			return err
		}
	}
	return b.into.insertAll(tx, b.rows, b.fresh)
}

// write stores what the rows have changed.
func (b *loading) write(tx *gorm.DB) error {
	if err := b.insert(tx); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(b.known.films)) {
		if c := b.known.films[id]; c.dirty && c.movie.ID == id { // else it was merged
			if err := b.into.rewrite(tx, c); err != nil {
				return err
			}
		}
	}
	return storeSources(tx, b.toRemember(), b.remembered)
}

// toRemember returns the sources of the rows that have found or made a film.
func (b *loading) toRemember() map[string]Source {
	sources := make(map[string]Source, len(b.made))
	for i := range b.batch {
		r := &b.batch[i].prepared
		if r.film == nil || b.decisions[i].outcome == waits {
			continue
		}
		c := b.made[r.key]
		if c == nil {
			continue
		}
		sources[r.key] = Source{SourceKey: r.key, MovieID: c.movie.ID, RowHash: r.hash}
		if b.stored != nil {
			b.stored.addFilm(r.key, c)
		}
	}
	return sources
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

// idSet is a set of ids, of which most are next to each other: 64 of them by their quotient.
type idSet map[int64]uint64

func (s idSet) add(id int64)      { s[id/64] |= 1 << (id % 64) }
func (s idSet) has(id int64) bool { return s[id/64]>>(id%64)&1 == 1 }
