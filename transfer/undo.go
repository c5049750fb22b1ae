package transfer

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/failpoint"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// What the rows of an import say after it was undone.
var (
	takenOut   = apperr.Text{EN: "It was taken out again.", KO: "다시 삭제했습니다."}
	stillUse   = apperr.Text{EN: "Something else here belongs to it, so it stays.", KO: "여기에 연결된 다른 내용이 있어 남겨 두었습니다."}
	stays      = apperr.Text{EN: "You have changed it since it was imported, so it stays.", KO: "가져온 뒤에 바꾼 내용이라 남겨 두었습니다."}
	private    = apperr.Text{EN: "The account stays private until you make it public.", KO: "직접 공개로 바꾸기 전까지 비공개 계정으로 남습니다."}
	filmHidden = apperr.Text{EN: "Its film is hidden, so it stays.", KO: "숨겨진 영화의 기록이라 남겨 두었습니다."}
)

// undo takes out what an import has made, the last thing first, in batches.
func (s *Service) undo(ctx context.Context, imp Import) error {
	for {
		done, err := s.undoSome(ctx, imp)
		if err != nil || done {
			return err
		}
		failpoint.Reach("import-batch")
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// undoSome takes out the next things in one transaction, and reports whether they were the last ones. While an import is
// undone, Applied is the id of the last source that was looked at.
func (s *Service) undoSome(ctx context.Context, mine Import) (done bool, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		sources, err := s.nextUndone(tx, mine)
		if err != nil {
			return err
		}
		there, err := lockFilms(tx, mine.UserID, sources)
		if err != nil {
			return err
		}
		imp, err := s.hold(tx, mine)
		if err != nil {
			return err
		}
		a, err := s.newApplier(imp, false)
		if err != nil {
			return err
		}
		a.tx, a.sources = tx, map[string]Source{}
		for _, src := range sources {
			undo := a.takeOut
			if src.hidden(there) && !src.isFormer() {
				undo = a.leaveHidden
			}
			if err := undo(&imp, src); err != nil {
				return fmt.Errorf("undo row %d of import %d: %w", src.N, imp.ID, err)
			}
			imp.Applied = src.ID
		}
		failpoint.Reach("import-applied")
		if done = len(sources) < applyBatch; done {
			imp.Status = Undone
			return s.finish(tx, &imp)
		}
		return saveImport(tx, &imp)
	})
	return done, err
}

func (s *Service) nextUndone(tx *gorm.DB, mine Import) (found []Source, err error) {
	imp, err := take(tx, mine.ID)
	if errors.Is(err, ErrNotFound) {
		return nil, errLost
	}
	if err != nil {
		return nil, err
	}
	q := tx.Where("import_id = ?", imp.ID)
	if imp.Applied != 0 {
		q = q.Where("id < ?", imp.Applied)
	}
	if err := q.Order("id DESC").Limit(applyBatch).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("load what import %d has made: %w", imp.ID, err)
	}
	return found, nil
}

// lockFilms locks the films of sources, and returns which of those that exist are not hidden.
func lockFilms(tx *gorm.DB, userID int64, sources []Source) (map[int64]bool, error) {
	if err := lockUser(tx, userID); err != nil {
		return nil, err
	}
	var films []int64
	for _, src := range sources {
		if src.MovieID != nil {
			films = append(films, *src.MovieID)
		}
	}
	return movie.LockAll(tx, films)
}

// hidden reports whether the film of what a source names is hidden.
func (s Source) hidden(there map[int64]bool) bool {
	if s.MovieID == nil {
		return false
	}
	seen, exists := there[*s.MovieID]
	return exists && !seen
}

// leaveHidden leaves what a source names where it is, because its film is hidden: nobody attaches anything to one or takes it
// back, and what is there does not count until it is restored.
func (a *applier) leaveHidden(imp *Import, src Source) error {
	if !src.Made {
		return a.forget(src)
	}
	return a.tell(imp, src, filmHidden)
}

// takeOut takes out what a source names, unless somebody has changed it or needs it, and says so in its row.
func (a *applier) takeOut(imp *Import, src Source) error {
	if src.isFormer() {
		if err := a.forget(src); err != nil {
			return err
		}
		return a.tell(imp, src, laterStands)
	}
	if !src.Made { // it was there before
		return a.forget(src)
	}
	k := kinds[history.Kind(src.Kind)]
	t, err := k.find(a, src)
	if err != nil {
		return err
	}
	reason := takenOut
	switch {
	case t == nil && history.Kind(src.Kind) == offWatchlist:
		return a.passOn(src)
	case t == nil:
	case t.state != src.StateHash:
		reason = stays
	default:
		if reason, err = a.takeAway(k, src, t); err != nil {
			return err
		}
	}
	if reason == wentBack || reason == nowEarlier {
		return a.tell(imp, src, reason)
	}
	if history.Kind(src.Kind) == history.Watchlist { // whatever has taken it off must not put it back any more
		if err := a.forgetThing(offWatchlist, src.ObjectID); err != nil {
			return err
		}
	}
	if reason == takenOut {
		if err := a.forget(src); err != nil {
			return err
		}
	}
	return a.tell(imp, src, reason)
}

// takeAway removes a thing, or makes it what it was before the import, unless something needs it.
func (a *applier) takeAway(k kind, src Source, t *thing) (reason apperr.Text, err error) {
	if reason, back, err := a.goBack(k, src, t); err != nil || back {
		return reason, err
	}
	removed, err := k.remove(a, t)
	switch {
	case err != nil:
		return reason, err
	case removed:
		return takenOut, a.forgetThing(history.Kind(src.Kind), src.ObjectID)
	case history.Kind(src.Kind) == history.Profile:
		return private, nil
	}
	return stillUse, a.bequeath(src)
}

// bequeath hands the mark of a film or a list, which something else needs, to another import that has stored such a thing. The
// last of the imports that need it takes it out, whichever has made it.
func (a *applier) bequeath(src Source) error {
	var heir *Source
	var err error
	switch history.Kind(src.Kind) {
	case history.Watched:
		heir, err = a.otherOf(src, history.Viewing, history.Rating, history.Review)
	case history.List:
		heir, err = a.other(src, "import_sources.kind = ? AND import_sources.object_id IN (SELECT id FROM list_items WHERE list_id = ?)",
			history.ListItem, src.ObjectID)
	}
	if err != nil {
		return err
	}
	return a.handTo(heir, src)
}

// passOn hands an entry, which cannot go back on the watchlist now, to another import whose mark or whose own entry of the film
// is in its place: when that is undone, it comes back.
func (a *applier) passOn(src Source) error {
	heir, err := a.otherOf(src, history.Watched, history.Watchlist)
	if err != nil {
		return err
	}
	if heir == nil {
		return a.forget(src)
	}
	return a.handTo(heir, src)
}

// otherOf returns what another import has made of some kinds for the film of a source, nil for nothing.
func (a *applier) otherOf(src Source, kinds ...history.Kind) (*Source, error) {
	return a.other(src, "import_sources.movie_id = ? AND import_sources.kind IN ?", src.film(), kinds)
}

// other returns what another import of the member, which is not undone, has made and what a condition holds for, nil for nothing.
func (a *applier) other(src Source, condition string, args ...any) (*Source, error) {
	var found Source
	q := a.tx.Joins("JOIN imports i ON i.id = import_sources.import_id").Where(condition, args...).
		Where("import_sources.user_id = ? AND import_sources.made = ? AND import_sources.import_id <> ? AND i.status = ?",
			src.UserID, true, src.ImportID, Done).
		Order("import_sources.id DESC").Limit(1).Find(&found)
	if q.Error != nil {
		return nil, fmt.Errorf("look for other imports that need a %s: %w", src.Kind, q.Error)
	}
	if q.RowsAffected == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	return &found, nil
}

// handTo makes a source one of the import and the row of an heir, if there is one.
func (a *applier) handTo(heir *Source, src Source) error {
	if heir == nil {
		return nil
	}
	err := a.tx.Model(&Source{}).Where("id = ?", src.ID).UpdateColumns(map[string]any{"import_id": heir.ImportID, "n": heir.N}).Error
	if err != nil {
		return fmt.Errorf("hand the source of a %s to import %d: %w", src.Kind, heir.ImportID, err)
	}
	return nil
}

// forgetThing deletes all sources of a thing that is gone, so that no other import takes it for one that the member has deleted.
func (a *applier) forgetThing(kind history.Kind, id int64) error {
	err := a.tx.Where("object_id = ? AND kind = ? AND user_id = ?", id, string(kind), a.imp.UserID).Delete(&Source{}).Error
	if err != nil {
		return fmt.Errorf("forget the sources of a %s: %w", kind, err)
	}
	return nil
}

func (a *applier) forget(src Source) error {
	if err := a.tx.Where("id = ?", src.ID).Delete(&Source{}).Error; err != nil {
		return fmt.Errorf("forget the source of a %s: %w", src.Kind, err)
	}
	return nil
}

// tell writes into the row of a source what has become of the thing. A mark or a rating that another thing has brought along
// is not what the row is about.
func (a *applier) tell(imp *Import, src Source, reason apperr.Text) error {
	var row Row
	found := a.tx.Omit("entry").Where("import_id = ? AND n = ?", imp.ID, src.N).Limit(1).Find(&row)
	if found.Error != nil {
		return fmt.Errorf("load row %d of import %d: %w", src.N, imp.ID, found.Error)
	}
	if found.RowsAffected == 0 || row.SourceKey != src.SourceKey && formerKey(imp.ID, row.SourceKey) != src.SourceKey {
		return nil
	}
	row.Reason = encodeText(reason)
	if reason == takenOut || reason == wentBack {
		imp.add(row.Outcome, -1)
		imp.add(Unchanged, 1)
		row.Outcome = Unchanged
	}
	return saveRow(a.tx, &row)
}

// discard deletes an import that has stored nothing.
func (s *Service) discard(ctx context.Context, mine Import) error {
	if err := s.forgetRows(ctx, mine); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		imp, err := s.hold(tx, mine)
		if err != nil {
			return err
		}
		if err := tx.Where("id = ?", imp.ID).Delete(&Import{}).Error; err != nil {
			return fmt.Errorf("delete import %d: %w", imp.ID, err)
		}
		return nil
	})
}
