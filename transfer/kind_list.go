package transfer

import (
	"strings"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// The limits of lists in the API.
const (
	maxListTitle   = 100
	maxDescription = 2000
	maxItemNote    = 500
)

var (
	noTitle  = apperr.Text{EN: "The list has no title.", KO: "제목이 없는 목록입니다."}
	listFull = apperr.Text{EN: "A list can have at most 5,000 films.", KO: "목록에는 영화를 5,000편까지 담을 수 있습니다."}
	noList   = apperr.Text{EN: "Its list is not there.", KO: "이 영화를 담을 목록이 없습니다."}
	textLost = apperr.Text{EN: "Its text was too long, and is cut off.", KO: "글이 너무 길어 뒷부분을 잘랐습니다."}
)

// lists are lists of films. A list of the same title counts as the same one, unless it is another one of the same file.
var lists = kind{
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		if strings.TrimSpace(j.entry.Title) == "" {
			a.noLists[j.row.SourceKey] = true
			return Bad, noTitle, nil
		}
		return "", apperr.Text{}, nil
	},
	find: findList,
	like: func(a *applier, j *job) (*thing, error) {
		title, _ := cut(strings.TrimSpace(j.entry.Title), maxListTitle)
		found, err := a.lists.Titled(a.tx, a.imp.UserID, title)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			t := thingOfList(l)
			if taken, err := a.taken(t); err != nil || !taken {
				return t, err
			}
		}
		return nil, nil //nolint:nilnil // nothing is an answer
	},
	same: func(a *applier, j *job, t *thing) bool {
		l, d := t.value.(list.List), a.draftOfList(j)
		return l.Title == d.Title && l.Description == d.Description && l.Ranked == d.Ranked
	},
	make: func(a *applier, j *job) (*thing, error) {
		l, err := a.lists.CreateAt(a.tx, a.draftOfList(j), j.at(a), j.recent(a))
		if err != nil || l == nil {
			return nil, err
		}
		if l.UpdatedAt, err = a.stamp(j, l, l.ID, l.UpdatedAt); err != nil {
			return nil, err
		}
		return thingOfList(*l), nil
	},
	change: func(a *applier, j *job, t *thing) (*thing, error) {
		d := a.draftOfList(j)
		if err := a.lists.ChangeIn(a.tx, t.id, list.Patch{Title: &d.Title, Description: &d.Description, Ranked: &d.Ranked}); err != nil {
			return nil, err
		}
		return findList(a, Source{ObjectID: t.id})
	},
	remove: func(a *applier, t *thing) (bool, error) {
		if t.value.(list.List).ItemCount > 0 { // films that the member has put there
			return false, nil
		}
		return true, a.lists.DeleteIn(a.tx, t.id)
	},
	shortened: func(j *job) apperr.Text {
		_, title := cut(strings.TrimSpace(j.entry.Title), maxListTitle)
		_, description := cut(strings.TrimSpace(j.entry.Content), maxDescription)
		if title || description {
			return textLost
		}
		return apperr.Text{}
	},
}

func findList(a *applier, src Source) (*thing, error) {
	l, err := a.lists.Find(a.tx, src.ObjectID)
	if err != nil || l == nil || l.UserID != a.imp.UserID {
		return nil, err
	}
	return thingOfList(*l), nil
}

func (a *applier) draftOfList(j *job) list.Draft {
	d := list.Draft{UserID: a.imp.UserID, Ranked: j.entry.Ranked}
	d.Title, _ = cut(strings.TrimSpace(j.entry.Title), maxListTitle)
	d.Description, _ = cut(strings.TrimSpace(j.entry.Content), maxDescription)
	d.IsPublic = a.asked.Visibility == "public"
	if a.asked.Visibility == "" && a.imp.Format == ownFormat {
		d.IsPublic = j.entry.Visibility == "public"
	}
	return d
}

// ownFormat is the name of the format of own exports, in which lists keep their visibility.
const ownFormat = "cinecircle"

func thingOfList(l list.List) *thing {
	return &thing{kind: history.List, id: l.ID, value: l, state: hashOf(l.Title, l.Description, l.Ranked, l.IsPublic)}
}

// items are the films of lists. They go behind the films that are there.
var items = kind{
	film: true,
	once: func(j *job) string { return j.entry.ListKey + "\n" + onceAFilm(j) },
	gist: func(j *job) int64 { return hashOf(itemNote(j.entry)) },
	check: func(a *applier, j *job) (Outcome, apperr.Text, error) {
		if a.dry && !a.noLists[a.listKey(j)] {
			return "", apperr.Text{}, nil
		}
		l, err := a.listOf(j)
		if err == nil && l == nil {
			return Kept, noList, nil
		}
		return "", apperr.Text{}, err
	},
	room: func(a *applier, j *job) (apperr.Text, error) {
		l, err := a.listOf(j)
		if err != nil {
			return apperr.Text{}, err
		}
		if l == nil {
			l = &list.List{}
		}
		if !l.Room(a.appended[j.entry.ListKey]) {
			return listFull, nil
		}
		if a.dry {
			a.appended[j.entry.ListKey]++
		}
		return apperr.Text{}, nil
	},
	find: func(a *applier, src Source) (*thing, error) {
		it, err := a.lists.FindItemByID(a.tx, src.ObjectID)
		if err != nil || it == nil {
			return nil, err
		}
		return thingOfItem(*it), nil
	},
	like: func(a *applier, j *job) (*thing, error) {
		l, err := a.listOf(j)
		if err != nil || l == nil {
			return nil, err
		}
		it, err := a.lists.FindItem(a.tx, l.ID, j.film())
		if err != nil || it == nil {
			return nil, err
		}
		return thingOfItem(*it), nil
	},
	same: func(_ *applier, j *job, t *thing) bool { return t.value.(list.Item).Note == itemNote(j.entry) },
	make: func(a *applier, j *job) (*thing, error) {
		l, err := a.listOf(j)
		if err != nil {
			return nil, err
		}
		it, err := a.lists.AppendIn(a.tx, l.ID, list.Entry{MovieID: j.film(), Note: itemNote(j.entry)})
		if err != nil {
			return nil, err
		}
		return thingOfItem(*it), nil
	},
	change: func(a *applier, j *job, t *thing) (*thing, error) {
		it := t.value.(list.Item)
		if err := a.lists.NoteIn(a.tx, it, itemNote(j.entry)); err != nil {
			return nil, err
		}
		it.Note = itemNote(j.entry)
		return thingOfItem(it), nil
	},
	remove: func(a *applier, t *thing) (bool, error) { return true, a.lists.RemoveIn(a.tx, t.value.(list.Item)) },
	shortened: func(j *job) apperr.Text {
		if _, long := cut(strings.TrimSpace(j.entry.Note), maxItemNote); long {
			return textLost
		}
		return apperr.Text{}
	},
}

func itemNote(e history.Entry) string {
	note, _ := cut(strings.TrimSpace(e.Note), maxItemNote)
	return note
}

func thingOfItem(it list.Item) *thing {
	return &thing{kind: history.ListItem, id: it.ID, value: it, state: hashOf(it.Note)}
}

// listKey is the key of the source of the list of an item.
func (a *applier) listKey(j *job) string {
	return sourceKey(a.imp.Format, string(history.List), j.entry.ListKey)
}

// listOf returns the list into which an item goes, nil if there is none.
func (a *applier) listOf(j *job) (*list.List, error) {
	src, is := a.sources[a.listKey(j)]
	if !is {
		src, is = a.there[a.listKey(j)]
	}
	if !is {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	l, err := a.lists.Find(a.tx, src.ObjectID)
	if err != nil || l == nil || l.UserID != a.imp.UserID {
		return nil, err
	}
	return l, nil
}
