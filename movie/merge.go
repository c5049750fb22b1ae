package movie

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The errors of [Service.Merge].
var (
	ErrSelfMerge = apperr.New(apperr.Invalid, "self_merge",
		"A film cannot be merged into itself.", "영화를 자기 자신과 합칠 수 없습니다.")
	// ErrMergeConflict has the ids of the first members, at most [MaxConflicts], as user_ids. The package that owns
	// reviews returns it from its hook of [Service.OnMerge].
	ErrMergeConflict = apperr.New(apperr.Conflict, "merge_conflict",
		"Some members have reviewed both films. Set discard_older to keep only the newer review of each.",
		"두 영화에 모두 리뷰를 쓴 회원이 있습니다. 최신 리뷰만 남기려면 discard_older를 지정해 주세요.")
)

// MaxConflicts is how many members [ErrMergeConflict] names.
const MaxConflicts = 20

// Merge is a row of the table movie_merges: a film that was merged into another, and is none any more. A film that
// stays takes over the merges into the one that goes, so IntoID always is a film.
type Merge struct {
	FromID int64 `gorm:"primaryKey;autoIncrement:false"`
	IntoID int64 `gorm:"not null;index:idx_movie_merges_into"`
}

// TableName implements [schema.Tabler].
func (Merge) TableName() string { return "movie_merges" }

// MergeHook moves what a domain stores about the film from to the film into. Both are locked.
type MergeHook func(tx *gorm.DB, from, into Movie, discardOlder bool) error

// OnMerge registers fn to run in the transaction that merges two films, while both exist. If fn returns an error, nothing
// is merged.
func (s *Service) OnMerge(fn MergeHook) { s.onMerge = append(s.onMerge, fn) }

// Merge merges the film from into another and returns that one. It keeps its values; those that are empty are taken
// from the film that goes. Merge returns [ErrNotFound] when one of them does not exist, [ErrSelfMerge], or the error of
// a hook: [ErrMergeConflict] when members have reviewed both and discardOlder is false. A film that is hidden stays hidden.
func (s *Service) Merge(ctx context.Context, from, into int64, discardOlder bool) (Movie, error) {
	if from == into {
		return Movie{}, ErrSelfMerge.At("into")
	}
	var merged Movie
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		goes, stays, err := lockBoth(tx, from, into)
		if err != nil {
			return err
		}
		if merged, err = s.merge(tx, goes, stays, discardOlder); err != nil {
			return err
		}
		by := web.ViewerIDOf(ctx)
		if err := record.AddTo(tx, s.clock(), by, record.Merge, record.Movie, from, 0, fmt.Sprintf("into %d", into)); err != nil {
			return err
		}
		database.AfterCommit(tx, func() {
			web.LogEvent(ctx, s.log, slog.LevelWarn, "film_merged", from, slog.Int64("into_id", into))
		})
		return nil
	})
	return merged, err
}

// merge merges two locked films. A film that is hidden stays hidden.
func (s *Service) merge(tx *gorm.DB, goes, stays Movie, discardOlder bool) (merged Movie, err error) {
	hidden := stays.Hidden
	if goes, err = s.restored(tx, goes); err != nil {
		return Movie{}, err
	}
	if stays, err = s.restored(tx, stays); err != nil {
		return Movie{}, err
	}
	for _, hook := range s.onMerge {
		if err := hook(tx, goes, stays, discardOlder); err != nil {
			return Movie{}, err
		}
	}
	if err := s.remove(tx, goes, stays); err != nil {
		return Movie{}, err
	}
	if merged, err = s.fillFrom(tx, stays, goes); err != nil || !hidden {
		return merged, err
	}
	return s.setHidden(tx, merged, true)
}

// lockBoth locks two films in the order of their ids.
func lockBoth(tx *gorm.DB, from, into int64) (goes, stays Movie, err error) {
	films := map[int64]Movie{}
	for _, id := range []int64{min(from, into), max(from, into)} {
		if films[id], err = Lock(tx, id); err != nil {
			return Movie{}, Movie{}, err
		}
	}
	return films[from], films[into], nil
}

// remove replaces the row of a film by one that says into which film it was merged.
func (s *Service) remove(tx *gorm.DB, goes, stays Movie) error {
	// Before the row goes, which would take these rows along.
	err := tx.Model(&Merge{}).Where("into_id = ?", goes.ID).UpdateColumn("into_id", stays.ID).Error
	if err == nil {
		err = tx.Create(&Merge{FromID: goes.ID, IntoID: stays.ID}).Error
	}
	if err == nil {
		err = tx.Where("id = ?", goes.ID).Delete(&Movie{}).Error
	}
	if err != nil {
		return fmt.Errorf("replace movie %d by %d: %w", goes.ID, stays.ID, err)
	}
	return s.forget(tx, goes)
}

// fillFrom gives the film that stays what it lacks of another one, which is gone, and discards the poster that is not
// used. An edit that changes nothing leaves updated_at as it is.
func (s *Service) fillFrom(tx *gorm.DB, stays, goes Movie) (Movie, error) {
	missing, err := stays.missing(goes)
	if err != nil {
		return Movie{}, err
	}
	if stays, err = take(tx, stays.ID); err != nil { // with the counters of now, which derived rows repeat
		return Movie{}, err
	}
	set := map[string]any{}
	if !missing.empty() {
		if set, err = missing.columns(stays); err != nil {
			return Movie{}, err
		}
	}
	unused := goes.PosterImage
	if stays.PosterImage == "" && goes.PosterImage != "" {
		set["poster_image"], unused = goes.PosterImage, ""
	}
	if err := s.media.Discard(tx, unused); err != nil {
		return Movie{}, err
	}
	if len(set) == 0 {
		return stays, nil
	}
	return s.write(tx, stays, set)
}

// missing returns the patch with the values of other that m lacks.
func (m Movie) missing(other Movie) (Patch, error) {
	mine, err := m.ReadDetails()
	if err != nil {
		return Patch{}, err
	}
	theirs, err := other.ReadDetails()
	if err != nil {
		return Patch{}, err
	}
	p := Patch{
		Plot: ifMissing(m.Plot, other.Plot), Playtime: ifMissing(m.Playtime, other.Playtime),
		ReleaseDate:   ifMissing(m.ReleaseDate, other.ReleaseDate),
		OriginalTitle: ifMissing(mine.OriginalTitle, theirs.OriginalTitle), Aliases: ifNone(mine.Aliases, theirs.Aliases),
		ProductionYear: ifMissing(mine.ProductionYear, theirs.ProductionYear), Genres: ifNone(mine.Genres, theirs.Genres),
		Directors: ifNone(mine.Directors, theirs.Directors), Countries: ifNone(mine.Countries, theirs.Countries),
		Languages: ifNone(mine.Languages, theirs.Languages), AgeGrade: ifMissing(mine.AgeGrade, theirs.AgeGrade),
	}
	if filled := mine.ExternalIDs.filledFrom(theirs.ExternalIDs); filled != mine.ExternalIDs {
		p.ExternalIDs = &filled
	}
	cast, err := m.Cast()
	if err != nil || len(cast) > 0 {
		return p, err
	}
	cast, err = other.Cast()
	if len(cast) > 0 {
		p.Cast = cast
	}
	return p, err
}

// filledFrom returns e with the kinds of ids of other that e lacks.
func (e ExternalIDs) filledFrom(other ExternalIDs) ExternalIDs {
	return ExternalIDs{
		IMDb: cmp.Or(e.IMDb, other.IMDb), TMDB: cmp.Or(e.TMDB, other.TMDB), KOBIS: cmp.Or(e.KOBIS, other.KOBIS),
		KMDb: cmp.Or(e.KMDb, other.KMDb), Wikidata: cmp.Or(e.Wikidata, other.Wikidata),
		Letterboxd: cmp.Or(e.Letterboxd, other.Letterboxd), MovieLens: cmp.Or(e.MovieLens, other.MovieLens),
	}
}

// ifMissing returns theirs where mine is unknown, and nil where it is known or theirs is unknown too.
func ifMissing[T comparable](mine, theirs T) *T {
	if mine != *new(T) {
		return nil
	}
	return orNil(theirs)
}

// ifNone is ifMissing for lists.
func ifNone(mine, theirs []string) []string {
	if len(mine) > 0 || len(theirs) == 0 {
		return nil
	}
	return theirs
}

// MergedInto returns the film into which a film was merged, or 0 if id is not that of a merged film.
func (s *Service) MergedInto(ctx context.Context, id int64) (into int64, err error) {
	err = s.db.Row(ctx, "SELECT into_id FROM movie_merges WHERE from_id = ?", id).Scan(&into)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for the film into which %d was merged: %w", id, err)
	}
	return into, nil
}

// AllMergedInto returns the films into which those of some ids were merged, by these ids. Other films are missing.
func (s *Service) AllMergedInto(ctx context.Context, ids []int64) (map[int64]int64, error) {
	into := map[int64]int64{}
	for part := range slices.Chunk(ids, mergeBatch) {
		in, args := database.InList(part)
		err := database.Each(s.db.Reader(ctx), "SELECT from_id, into_id FROM movie_merges WHERE from_id IN "+in, args, func(row database.Scanner) error {
			var from, to int64
			err := row.Scan(&from, &to)
			into[from] = to
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for the films into which %d were merged: %w", len(part), err)
		}
	}
	return into, nil
}

// Following calls do with the id of a film, and if that film was merged into another, with the id of that one. It is for ids
// that a client may have from before a merge. Like a redirect it costs nothing unless do returns [ErrNotFound], and it
// returns the error of the last call of do.
func (s *Service) Following(ctx context.Context, id int64, do func(id int64) error) error {
	err := do(id)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	switch into, failed := s.MergedInto(ctx, id); {
	case failed != nil:
		return failed
	case into != 0:
		return s.Following(ctx, into, do)
	}
	return err
}

// mergeBatch is how many rows one statement of a merge changes at most.
const mergeBatch = 2000

// MoveNewest moves the rows of a table, which has at most one for each member and film, from one film to another. Of two
// rows of one member it keeps the one with the later time in the column at, or else that of into. It returns the members
// who had both, in ascending order. It is for hooks of [Service.OnMerge]: table and at are constants.
func MoveNewest(tx *gorm.DB, table, at string, from, into int64) (both []int64, err error) {
	older, err := OlderOfBoth(tx, table, at, from, into)
	if err != nil {
		return nil, err
	}
	for film, members := range older {
		for some := range slices.Chunk(members, mergeBatch) {
			if err := tx.Exec("DELETE FROM "+table+" WHERE movie_id = ? AND user_id IN ?", film, some).Error; err != nil {
				return nil, fmt.Errorf("delete the older rows of %s: %w", table, err)
			}
		}
		both = append(both, members...)
	}
	for {
		var members []int64
		find := "SELECT user_id FROM " + table + " WHERE movie_id = ?" + database.Limit(tx.Name())
		if err := tx.Raw(find, from, mergeBatch).Scan(&members).Error; err != nil {
			return nil, fmt.Errorf("list the rows of %s: %w", table, err)
		}
		if len(members) == 0 {
			slices.Sort(both)
			return both, nil
		}
		if err := tx.Exec("UPDATE "+table+" SET movie_id = ? WHERE movie_id = ? AND user_id IN ?", into, from, members).Error; err != nil {
			return nil, fmt.Errorf("move rows of %s: %w", table, err)
		}
	}
}

// OlderOfBoth returns, for both films, the members whose row about that film is the older of two, as MoveNewest chooses
// them.
func OlderOfBoth(tx *gorm.DB, table, at string, from, into int64) (map[int64][]int64, error) {
	var pairs []struct {
		UserID         int64
		FromAt, IntoAt time.Time
	}
	err := tx.Raw("SELECT a.user_id, a."+at+" AS from_at, b."+at+" AS into_at FROM "+table+" a JOIN "+table+
		" b ON b.user_id = a.user_id AND b.movie_id = ? WHERE a.movie_id = ? ORDER BY a.user_id", into, from).Scan(&pairs).Error
	if err != nil {
		return nil, fmt.Errorf("list the members with two rows of %s: %w", table, err)
	}
	older := map[int64][]int64{}
	for _, p := range pairs {
		film := from
		if p.FromAt.After(p.IntoAt) {
			film = into
		}
		older[film] = append(older[film], p.UserID)
	}
	return older, nil
}
