package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
	"github.com/cinecircle/cinecircle/transfer/history"
	"github.com/cinecircle/cinecircle/user"
)

// applyBatch is how many rows one transaction applies. While it runs nobody else can write to SQLite.
const applyBatch = 100

// The reasons why rows change nothing.
var (
	unknownFilm = apperr.Text{
		EN: "The catalogue does not have this film. Once it has been added, import the file again.",
		KO: "카탈로그에 없는 영화입니다. 영화가 등록된 뒤에 파일을 다시 가져오면 들어옵니다.",
	}
	leftOut     = apperr.Text{EN: "You left it out.", KO: "가져오지 않기로 선택했습니다."}
	otherHere   = apperr.Text{EN: "You have something else here, which stays.", KO: "이미 다른 내용이 있어 그대로 두었습니다."}
	changedHere = apperr.Text{
		EN: "You have changed it here since it was imported.", KO: "가져온 뒤에 여기에서 바꾼 내용이라 그대로 두었습니다.",
	}
	deletedHere = apperr.Text{
		EN: "You have deleted it here since it was imported.", KO: "가져온 뒤에 여기에서 삭제한 내용이라 다시 만들지 않았습니다.",
	}
	replaced = apperr.Text{
		EN: "It replaces what an earlier import had stored.", KO: "이전에 가져온 내용을 바꿉니다.",
	}
	unknownKind = apperr.Text{EN: "There is no place for this here.", KO: "여기에는 해당하는 기능이 없습니다."}
)

// job is a row that is planned or applied.
type job struct {
	row   *Row
	entry history.Entry
	hash  int64 // of what the file says

	takesOff bool   // the film comes off the watchlist
	wrong    string // the heading of the column of a value that cannot be stored
}

// hasFilm reports whether the row is about a film that has to be found.
func (j *job) hasFilm() bool {
	return kinds[j.entry.Kind].film && j.entry.Failed == (apperr.Text{}) && j.entry.Film.NotFilm == ""
}

// film returns the film of a row that has one.
func (j *job) film() int64 { return *j.row.MovieID }

// at returns the time of an entry: when the member said so, else the day of the viewing, else now; never in the future.
func (j *job) at(a *applier) time.Time {
	at := j.entry.At
	if at.IsZero() && j.entry.Day != 0 {
		d := j.entry.Day
		at = time.Date(int(d/10_000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, a.zone)
	}
	if at.IsZero() || at.After(a.at) {
		return a.at
	}
	return at
}

// recent reports whether an entry is an activity: it has a time that is at most a day ago.
func (j *job) recent(a *applier) bool {
	return (!j.entry.At.IsZero() || j.entry.Day != 0) && !j.at(a).Before(a.at.Add(-24*time.Hour))
}

// entryHash returns what the same entry has again, wherever it stands in a file.
func entryHash(e history.Entry) int64 {
	if e.Image != "" {
		return hashOf(e.Digest)
	}
	return hashOf(e.At.UnixMicro(), e.Day, e.Rewatch, e.Rating, e.Dislike, e.Title, e.Content, e.Note, e.Tags, e.Spoiler, e.Ranked, e.Visibility, e.Username,
		e.Commenters, e.ReplyTo, e.Liked, e.Profile)
}

// applier plans or applies the rows of an import, in their order.
type applier struct {
	*Service
	imp   Import
	asked Options
	dry   bool // nothing is stored
	at    time.Time

	tx      *gorm.DB
	sources map[string]Source // of the batch
	there   map[string]Source // of what a plan has found here, in all batches
	planned map[string]int64  // gists of what a plan would have made, by what members have once
	claimed map[claim]bool    // what a plan has found to be the same as something in the file
	images  bool              // a plan has images that may be stored

	noLists  map[string]bool  // the keys of lists that cannot be stored
	appended map[string]int64 // how many films a plan has put into lists, by the keys of these in the file

	wanted   map[int64]diary.WatchlistFilm // what the watchlist has of the films of the batch
	unwanted map[int64]bool                // whether the films that a plan has marked come off it
	image    *prepared                     // of the row, nil while it is not known whether it is needed
}

func (s *Service) newApplier(imp Import, dry bool) (*applier, error) {
	o, err := imp.options()
	return &applier{
		Service: s, imp: imp, asked: o, dry: dry, at: s.now(),
		there: map[string]Source{}, planned: map[string]int64{}, claimed: map[claim]bool{}, unwanted: map[int64]bool{},
		noLists: map[string]bool{}, appended: map[string]int64{},
	}, err
}

// key returns the key of the source of a row.
func (a *applier) key(e history.Entry) string { return sourceKey(a.imp.Format, string(e.Kind), e.Key) }

// load reads the sources of the rows of a batch.
func (a *applier) load(tx *gorm.DB, rows []*job) error {
	a.tx, a.sources = tx, map[string]Source{}
	var keys []string
	var films []int64
	for _, j := range rows {
		j.hash, j.row.SourceKey = entryHash(j.entry), a.key(j.entry)
		keys = append(keys, j.row.SourceKey)
		if j.entry.ListKey != "" {
			keys = append(keys, a.listKey(j))
		}
		if j.row.MovieID != nil {
			keys = append(keys, a.markKey(j.film()), a.ratingKey(j.film()), a.offKey(j.film()))
			films = append(films, j.film())
		}
	}
	var err error
	if a.wanted, err = a.diary.WantedAmong(tx, a.imp.UserID, films); err != nil || len(keys) == 0 {
		return err
	}
	var found []Source
	if err := tx.Where("user_id = ? AND source_key IN ?", a.imp.UserID, keys).Find(&found).Error; err != nil {
		return fmt.Errorf("load the sources of %d rows: %w", len(rows), err)
	}
	for _, src := range found {
		a.sources[src.SourceKey] = src
	}
	return nil
}

// row plans or applies a row, and sets its outcome.
func (a *applier) row(j *job) error {
	outcome, reason, err := a.decide(j)
	if err != nil {
		return fmt.Errorf("row %d of import %d: %w", j.row.N, a.imp.ID, err)
	}
	j.row.Outcome, j.row.Heading = outcome, ""
	if outcome == Bad {
		j.row.Heading, _ = cut(cmp.Or(j.wrong, j.entry.Columns.Wrong), 60)
	}
	if outcome != NeedsReview || reason != (apperr.Text{}) {
		j.row.Reason = encodeText(reason)
	}
	return nil
}

func (a *applier) decide(j *job) (Outcome, apperr.Text, error) {
	k, known := kinds[j.entry.Kind]
	e := j.entry
	switch {
	case e.Failed != (apperr.Text{}):
		return Bad, e.Failed, nil
	case e.Film.NotFilm != "":
		return NotAFilm, apperr.Text{EN: e.Film.NotFilm, KO: e.Film.NotFilm}, nil
	case !known:
		return Kept, unknownKind, nil
	case j.row.Skipped:
		return Kept, leftOut, nil
	case e.Kept != (apperr.Text{}):
		return Kept, e.Kept, nil
	case k.film && j.row.MovieID == nil:
		return NeedsReview, apperr.Text{}, nil
	}
	if k.check != nil {
		if outcome, reason, err := k.check(a, j); err != nil || outcome != "" {
			return outcome, reason, err
		}
	}
	if src, is := a.sources[j.row.SourceKey]; is {
		return a.again(k, j, src)
	}
	return a.first(k, j)
}

// again decides about an entry that was imported before.
func (a *applier) again(k kind, j *job, src Source) (Outcome, apperr.Text, error) {
	t, err := k.find(a, src)
	switch {
	case err != nil:
		return "", apperr.Text{}, err
	case t == nil:
		return Kept, deletedHere, nil
	case k.same(a, j, t):
		return Unchanged, apperr.Text{}, nil
	case t.state != src.StateHash:
		return Kept, changedHere, nil
	case src.FileHash == j.hash:
		return Unchanged, apperr.Text{}, nil
	case !src.Made || k.change == nil:
		return Kept, otherHere, nil
	}
	if a.dry {
		a.plan(k, j)
	} else {
		if src, err = a.takeOver(j, src, t); err != nil {
			return "", apperr.Text{}, err
		}
		if t, err = k.change(a, j, t); err != nil {
			return "", apperr.Text{}, err
		}
		src.FileHash, src.StateHash = j.hash, t.state
		if err := a.save(src); err != nil {
			return "", apperr.Text{}, err
		}
	}
	return Created, replaced, nil
}

// first decides about an entry that is new here.
func (a *applier) first(k kind, j *job) (Outcome, apperr.Text, error) {
	once := ""
	if k.once != nil {
		once = planKey(j.entry.Kind, k.once(j))
	}
	if gist, is := a.planned[once]; is && once != "" {
		if gist == k.gistOf(j) {
			return Unchanged, apperr.Text{}, nil
		}
		return Kept, otherHere, nil
	}
	t, err := k.like(a, j)
	if err != nil {
		return "", apperr.Text{}, err
	}
	if t != nil {
		return a.find(k, j, t, once == "")
	}
	if k.room != nil {
		if reason, err := k.room(a, j); err != nil || reason != (apperr.Text{}) {
			return Bad, reason, err
		}
	}
	if a.dry {
		err := a.planNew(k, j)
		return Created, a.loses(k, j), err
	}
	if t, err = k.make(a, j); err != nil {
		return "", apperr.Text{}, err
	}
	return Created, a.loses(k, j), a.remember(j, j.row.SourceKey, t, true)
}

// find decides about an entry that the member has here already, and remembers that it is here if it is one of several, so that no
// other entry is the same as it, or if another import has made it.
func (a *applier) find(k kind, j *job, t *thing, several bool) (outcome Outcome, reason apperr.Text, err error) {
	outcome, reason = Kept, otherHere
	if k.same(a, j, t) {
		outcome, reason = Unchanged, apperr.Text{}
	}
	remembers := several
	if !several && !a.dry && outcome == Unchanged && k.change != nil {
		if remembers, err = a.isMadeByOther(t); err != nil {
			return "", apperr.Text{}, err
		}
	}
	if remembers {
		err = a.remember(j, j.row.SourceKey, t, false)
	}
	return outcome, reason, err
}

// loses says what is lost by storing an entry: a part of it, or the place of the film on the watchlist.
func (*applier) loses(k kind, j *job) apperr.Text {
	if lost := k.cuts(j); lost != (apperr.Text{}) || !j.takesOff {
		return lost
	}
	return takesOff
}

// planNew remembers that applying a row would store something, and what that would do to the mark of its film.
func (a *applier) planNew(k kind, j *job) error {
	a.plan(k, j)
	if k.marks {
		a.planned[planKey(history.Watched, onceAFilm(j))] = noGist(j)
	}
	if k.marks || j.entry.Kind == history.Watched {
		return a.planMark(j)
	}
	return nil
}

// planKey is the key in planned of what members have once.
func planKey(kind history.Kind, once string) string { return string(kind) + "\n" + once }

// plan remembers what applying a row would store.
func (a *applier) plan(k kind, j *job) {
	if k.once != nil {
		a.planned[planKey(j.entry.Kind, k.once(j))] = k.gistOf(j)
	}
}

// remember stores the source of a thing, which the import has made or found.
func (a *applier) remember(j *job, key string, t *thing, made bool) error {
	if a.dry {
		a.claimed[claim{t.kind, t.id}] = true
		a.there[key] = Source{ObjectID: t.id}
		return nil
	}
	src := a.sources[key]
	src.UserID, src.SourceKey, src.ImportID, src.N, src.MovieID, src.ObjectID = a.imp.UserID, key, a.imp.ID, j.row.N, j.row.MovieID, t.id
	src.Kind, src.Made, src.FileHash, src.StateHash = string(t.kind), made, j.hash, t.state
	return a.save(src)
}

func (a *applier) save(src Source) error {
	err := a.tx.Save(&src).Error
	if err != nil {
		return fmt.Errorf("store the source of a %s: %w", src.Kind, err)
	}
	a.sources[src.SourceKey] = src
	return nil
}

// apply applies the rows of an import after those that are applied, in batches, and finishes it.
func (s *Service) apply(ctx context.Context, imp Import) (err error) {
	from := &original{s: s, imp: imp}
	defer func() { err = errors.Join(err, from.Close()) }()
	for {
		done, err := s.applyNext(ctx, imp, from)
		if err != nil || done {
			return err
		}
		failpoint.Reach("import-batch")
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// applyNext is applySome with the image that the rows need.
func (s *Service) applyNext(ctx context.Context, imp Import, from *original) (done bool, err error) {
	done, err = s.applySome(ctx, imp, nil)
	needs, ok := errors.AsType[*needsImageError](err)
	if !ok {
		return done, err
	}
	image, err := s.prepare(ctx, from, needs)
	if err != nil {
		return false, err
	}
	done, err = s.applySome(ctx, imp, image)
	image.drop(ctx, err)
	return done, err
}

// applySome applies the next rows of an import in one transaction, and reports whether they were the last ones. It returns
// needsImageError if image is nil and they need one.
func (s *Service) applySome(ctx context.Context, mine Import, image *prepared) (done bool, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		rows, err := s.nextApplied(tx, mine)
		if err != nil {
			return err
		}
		if image != nil {
			image.used = false // Tx may run this again
			rows[0].entry.Failed = image.fault
		}
		if err := s.lock(tx, mine.UserID, rows); err != nil {
			return err
		}
		imp, err := s.hold(tx, mine)
		if err != nil {
			return err
		}
		if err = s.applyRows(tx, &imp, rows, image); err != nil {
			return err
		}
		done = imp.Applied >= imp.Rows
		failpoint.Reach("import-applied")
		if done {
			imp.Status = Done
			return s.finish(tx, &imp)
		}
		return saveImport(tx, &imp)
	})
	return done, err
}

// nextApplied returns the rows after those that are applied, an image alone. Only this worker applies rows, so they stay the same until the
// import is locked.
func (s *Service) nextApplied(tx *gorm.DB, mine Import) ([]*job, error) {
	imp, err := take(tx, mine.ID)
	if errors.Is(err, ErrNotFound) {
		return nil, errLost
	}
	if err != nil {
		return nil, err
	}
	var rows []Row
	if err := tx.Where("import_id = ? AND n > ?", imp.ID, imp.Applied).Order("n").Limit(applyBatch).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load rows of import %d: %w", imp.ID, err)
	}
	if i := slices.IndexFunc(rows, func(r Row) bool { return kinds[history.Kind(r.Kind)].image }); i >= 0 {
		rows = rows[:max(i, 1)]
	}
	return jobsOf(rows)
}

func jobsOf(rows []Row) ([]*job, error) {
	jobs := make([]*job, len(rows))
	for i := range rows {
		e, err := decodeEntry(rows[i].Entry)
		if err != nil {
			return nil, err
		}
		jobs[i] = &job{row: &rows[i], entry: e}
	}
	return jobs, nil
}

// lock locks the account of a member and then the films of rows. Rows of films that are gone have none any more.
func (s *Service) lock(tx *gorm.DB, userID int64, rows []*job) error {
	if err := s.lockMembers(tx, userID, rows); err != nil {
		return err
	}
	var films []int64
	for _, j := range rows {
		if j.row.MovieID != nil {
			films = append(films, j.film())
		}
	}
	there, err := movie.LockAll(tx, films)
	if err != nil {
		return err
	}
	for _, j := range rows {
		if j.row.MovieID != nil && !there[j.film()] {
			j.row.MovieID, j.row.Reason, j.row.Candidates = nil, encodeText(unknownFilm), "[]"
		}
	}
	return nil
}

// lockMembers locks the account of a member and those of others that rows are about, in the order of all domains.
func (s *Service) lockMembers(tx *gorm.DB, userID int64, rows []*job) error {
	all := []int64{userID}
	for _, name := range namesOf(rows) {
		id, err := s.users.FindNamed(tx, name)
		if err != nil {
			return err
		}
		if id != 0 {
			all = append(all, id)
		}
	}
	if err := user.Lock(tx, all...); err != nil && !errors.Is(err, user.ErrNotFound) {
		return err
	} else if err == nil {
		return nil
	}
	return lockUser(tx, userID) // another one has just gone: the rows about them need a person
}

// namesOf returns the names of other members that rows are about, each once.
func namesOf(rows []*job) []string {
	names := map[string]bool{}
	for _, j := range rows {
		names[j.entry.Username] = true
		if j.entry.ReplyTo != nil {
			names[j.entry.ReplyTo.Username] = true
		}
	}
	delete(names, "")
	return slices.Sorted(maps.Keys(names))
}

// applyRows applies rows and counts them in the import.
func (s *Service) applyRows(tx *gorm.DB, imp *Import, rows []*job, image *prepared) error {
	a, err := s.newApplier(*imp, false)
	if err != nil {
		return err
	}
	a.image = image
	if err := a.load(tx, rows); err != nil {
		return err
	}
	for _, j := range rows {
		before := *j.row
		if err := a.row(j); err != nil {
			return err
		}
		if *j.row != before {
			if err := saveRow(tx, j.row); err != nil {
				return err
			}
		}
		imp.add(j.row.Outcome, 1)
		imp.Applied = j.row.N
	}
	return nil
}

// saveRow stores what planning and applying changes in a row.
func saveRow(tx *gorm.DB, r *Row) error {
	err := tx.Model(&Row{}).Where("id = ?", r.ID).Select("movie_id", "outcome", "reason", "candidates", "skipped", "heading").UpdateColumns(r).Error
	if err != nil {
		return fmt.Errorf("update row %d of import %d: %w", r.N, r.ImportID, err)
	}
	return nil
}

// edited returns the time of the last edit of an entry that was made at a time.
func (a *applier) edited(j *job, made time.Time) time.Time {
	if at := database.Time(j.entry.Updated); at.After(made) && !at.After(a.at) {
		return at
	}
	return made
}

// stamp gives what was made at a time the last edit that its entry tells of, and returns it.
func (a *applier) stamp(j *job, model any, id int64, made time.Time) (time.Time, error) {
	at := a.edited(j, made)
	if at.Equal(made) {
		return made, nil
	}
	if err := a.tx.Model(model).Where("id = ?", id).UpdateColumn("updated_at", at).Error; err != nil {
		return at, fmt.Errorf("set the last edit of a %s: %w", j.entry.Kind, err)
	}
	return at, nil
}

// taken reports whether an entry of the same format is a thing already.
func (a *applier) taken(t *thing) (bool, error) {
	if a.claimed[claim{t.kind, t.id}] {
		return true, nil
	}
	var found int64
	err := a.tx.Model(&Source{}).Joins("JOIN imports i ON i.id = import_sources.import_id").
		Where("import_sources.object_id = ? AND import_sources.kind = ? AND i.format = ?", t.id, string(t.kind), a.imp.Format).
		Count(&found).Error
	if err != nil {
		return false, fmt.Errorf("look for the source of a %s: %w", t.kind, err)
	}
	return found > 0, nil
}

// later reports whether the diary has a viewing of the film of a row on a later day.
func (a *applier) later(j *job) (is bool, err error) {
	last, err := a.diary.LastWatched(a.tx.Statement.Context, a.imp.UserID, j.film())
	return last != nil && *last > j.entry.Day, err
}

// claim is a thing that a plan has found to be the same as an entry.
type claim struct {
	kind history.Kind
	id   int64
}
