package transfer

import (
	"fmt"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// An import may change what an earlier one has stored. From then on the thing is one of the later import, and a source of another
// kind remembers the row of the earlier one, to which undoing the later one goes back. It has the time of the last change in
// place of the hash of the state. Or it finds what another one has stored: when that is undone, the thing becomes one of the import
// that has found it.

// formerly is the begin of the kinds of these sources.
const formerly = "was "

var (
	wentBack    = apperr.Text{EN: "It is what another import has brought now.", KO: "다른 가져오기의 내용으로 남았습니다."}
	nowEarlier  = apperr.Text{EN: "It stays until another import with it is undone.", KO: "같은 내용을 가져온 다른 기록을 되돌릴 때까지 남습니다."}
	laterStands = apperr.Text{EN: "A later import has changed it, so it stays.", KO: "나중에 가져온 내용으로 바뀌어 남겨 두었습니다."}
)

func (s Source) isFormer() bool { return strings.HasPrefix(s.Kind, formerly) }

// formerKey is the key of the source that remembers a row of an import.
func formerKey(importID int64, key string) string {
	return sourceKey("former", formatID(importID), key)
}

// takeOver makes a thing, which an earlier import has made and left as it is, one of the import and a row of it, before the row
// changes it.
func (a *applier) takeOver(j *job, src Source, t *thing) (Source, error) {
	if a.dry || src.ImportID == a.imp.ID || !src.Made {
		return src, nil
	}
	former := src
	former.ID, former.Kind, former.SourceKey = 0, formerly+src.Kind, formerKey(src.ImportID, src.SourceKey)
	former.StateHash = changedAt(t).UnixMicro()
	if err := a.tx.Where("user_id = ? AND source_key = ?", src.UserID, former.SourceKey).Delete(&Source{}).Error; err != nil {
		return src, fmt.Errorf("forget a former source: %w", err)
	}
	if err := a.tx.Create(&former).Error; err != nil {
		return src, fmt.Errorf("store the former source of a %s: %w", src.Kind, err)
	}
	src.ImportID, src.N = a.imp.ID, j.row.N
	return src, nil
}

// changedAt returns when a thing was changed last, for those whose time is shown.
func changedAt(t *thing) time.Time {
	switch v := t.value.(type) {
	case reaction.MovieRating:
		return v.RatedAt
	case reaction.MovieReaction:
		return v.UpdatedAt
	case diary.Viewing:
		return v.UpdatedAt
	case review.Review:
		return v.UpdatedAt
	case list.List:
		return v.UpdatedAt
	}
	return time.UnixMicro(0)
}

// goBack gives a thing, which the import has changed, to the import that had stored it before, or else to one that has found it,
// and makes it what the row of that one says. It returns false if there is none.
func (a *applier) goBack(k kind, src Source, t *thing) (reason apperr.Text, back bool, err error) {
	heir, err := a.former(src)
	if err == nil && heir == nil && k.change != nil { // marks and entries of the watchlist have heirs of their own
		heir, err = a.finder(src)
	}
	if err != nil || heir == nil {
		return reason, false, wrapFormer(src, err)
	}
	j, err := a.formerRow(*heir)
	if err != nil {
		return reason, false, err
	}
	if reason = nowEarlier; j != nil && k.change != nil && !k.image {
		if t, err = a.turnBack(k, j, *heir, t); err != nil || t == nil {
			return reason, false, wrapFormer(src, err)
		}
		reason = wentBack
	}
	if err := a.forget(src); err != nil {
		return reason, false, err
	}
	if heir.isFormer() {
		heir.Kind, heir.SourceKey = src.Kind, src.SourceKey
	}
	heir.Made, heir.StateHash = true, t.state
	return reason, true, a.save(*heir)
}

// former returns the source of the latest row that has stored what a source names before, nil for none.
func (a *applier) former(src Source) (*Source, error) {
	var all []Source
	err := a.tx.Where("object_id = ? AND kind = ? AND user_id = ?", src.ObjectID, formerly+src.Kind, src.UserID).Order("id DESC").Find(&all).Error
	for _, f := range all {
		if f.SourceKey == formerKey(f.ImportID, src.SourceKey) {
			return &f, err
		}
	}
	return nil, err
}

// finder returns the source of a row of another import that has found what a source names, nil for none.
func (a *applier) finder(src Source) (*Source, error) {
	var found Source
	q := a.tx.Joins("JOIN imports i ON i.id = import_sources.import_id").
		Where("import_sources.object_id = ? AND import_sources.kind = ? AND import_sources.user_id = ? AND import_sources.made = ? "+
			"AND import_sources.import_id <> ? AND i.status = ?", src.ObjectID, src.Kind, src.UserID, false, src.ImportID, Done).
		Order("import_sources.id DESC").Limit(1).Find(&found)
	if q.Error != nil || q.RowsAffected == 0 {
		return nil, q.Error
	}
	return &found, nil
}

// isMadeByOther reports whether another import has made a thing.
func (a *applier) isMadeByOther(t *thing) (bool, error) {
	var n int64
	err := a.tx.Model(&Source{}).Where("object_id = ? AND kind = ? AND user_id = ? AND made = ? AND import_id <> ?",
		t.id, string(t.kind), a.imp.UserID, true, a.imp.ID).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for the import that has made a %s: %w", t.kind, err)
	}
	return n > 0, nil
}

// turnBack makes a thing what a row of another import says, for an earlier one with the time that it had then.
func (a *applier) turnBack(k kind, j *job, heir Source, t *thing) (*thing, error) {
	if !heir.isFormer() {
		if k.same(a, j, t) {
			return t, nil
		}
		return k.change(a, j, t)
	}
	now := a.at
	a.at = time.UnixMicro(heir.StateHash)
	defer func() { a.at = now }()
	t, err := k.change(a, j, t)
	if err != nil {
		return nil, err
	}
	return a.backdate(k, t)
}

func wrapFormer(src Source, err error) error {
	if err != nil {
		return fmt.Errorf("go back to a former %s: %w", src.Kind, err)
	}
	return nil
}

// formerRow returns the row of a former source, nil if its entry is not kept any more.
func (a *applier) formerRow(former Source) (*job, error) {
	var row Row
	q := a.tx.Where("import_id = ? AND n = ?", former.ImportID, former.N).Limit(1).Find(&row)
	if q.Error != nil {
		return nil, fmt.Errorf("load row %d of import %d: %w", former.N, former.ImportID, q.Error)
	}
	if q.RowsAffected == 0 || len(row.Entry) == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	entry, err := decodeEntry(row.Entry)
	if err != nil {
		return nil, err
	}
	row.MovieID = former.MovieID
	return &job{row: &row, entry: entry, hash: former.FileHash}, nil
}

// backdate gives a viewing, a review or a list the time of its last change before.
func (a *applier) backdate(k kind, t *thing) (*thing, error) {
	var model any
	switch t.kind {
	case history.Viewing:
		model = &diary.Viewing{}
	case history.Review:
		model = &review.Review{}
	case history.List:
		model = &list.List{}
	default:
		return t, nil
	}
	if err := a.tx.Model(model).Where("id = ?", t.id).UpdateColumn("updated_at", database.Time(a.at)).Error; err != nil {
		return nil, err
	}
	return k.find(a, Source{ObjectID: t.id})
}
