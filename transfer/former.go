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
// place of the hash of the state.

// formerly is the begin of the kinds of these sources.
const formerly = "was "

var (
	wentBack    = apperr.Text{EN: "It is again what an earlier import had stored.", KO: "이전에 가져온 내용으로 되돌렸습니다."}
	nowEarlier  = apperr.Text{EN: "It stays until the earlier import is undone.", KO: "이전에 가져온 기록을 되돌릴 때까지 남습니다."}
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

// goBack gives a thing, which the import has changed, to the import that had stored it before, and makes it what the row of that
// one says. It returns false if there is none.
func (a *applier) goBack(k kind, src Source, t *thing) (reason apperr.Text, back bool, err error) {
	heir, err := a.former(src)
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
	heir.Kind, heir.SourceKey, heir.StateHash = src.Kind, src.SourceKey, t.state
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

// turnBack makes a thing what an earlier row says, with the time that it had then.
func (a *applier) turnBack(k kind, j *job, former Source, t *thing) (*thing, error) {
	now := a.at
	a.at = time.UnixMicro(former.StateHash)
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
