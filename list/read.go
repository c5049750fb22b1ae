package list

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Shown is a list as a reader sees it.
type Shown struct {
	List
	Username string // of the author
	Liked    *bool  // whether the reader likes it; nil for an anonymous reader
}

var showList = "SELECT " + table.ColumnsOf("lists") + ", users.username FROM lists JOIN users ON users.id = lists.user_id WHERE lists.id = ?"

// Get returns a list that a reader may see, or [ErrNotFound]. A reader of 0 is anonymous.
func (s *Service) Get(ctx context.Context, id, reader int64) (List, error) {
	l, err := take(s.db.Reader(ctx), id)
	if err == nil && !l.VisibleTo(reader) {
		return List{}, ErrNotFound
	}
	return l, err
}

// Show returns a list as a reader sees it, as [Service.Get] does.
func (s *Service) Show(ctx context.Context, id, reader int64) (Shown, error) {
	l, err := s.shown(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if !l.VisibleTo(reader) {
		return Shown{}, ErrNotFound
	}
	rows := []Shown{l}
	err = s.addLiked(ctx, rows, reader)
	return rows[0], err
}

// shown returns a list without Liked, whoever may see it.
func (s *Service) shown(ctx context.Context, id int64) (Shown, error) {
	var l Shown
	err := s.db.Row(ctx, showList, id).Scan(append(table.Targets(&l.List), &l.Username)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Shown{}, ErrNotFound
	}
	if err != nil {
		return Shown{}, fmt.Errorf("show list %d: %w", id, err)
	}
	return l, nil
}

// All returns a page of the lists that a reader may see, and the key of the next page, nil on the last.
func (s *Service) All(ctx context.Context, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	parts := []part{public(by)}
	if reader != 0 {
		parts = append(parts, owned(by, reader, false))
	}
	return s.page(ctx, parts, 0, reader, by, p)
}

// OfUser returns a page of the lists of a member as [Service.All] does. It returns user.ErrNotFound when the member does
// not exist.
func (s *Service) OfUser(ctx context.Context, userID, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	parts := []part{owned(by, userID, true)}
	if reader == userID {
		parts = append(parts, owned(by, userID, false))
	}
	rows, next, err := s.page(ctx, parts, 0, reader, by, p)
	if err == nil && len(rows) == 0 { // a member with lists exists
		_, err = s.users.Get(ctx, userID)
	}
	return rows, next, err
}

// OfMovie returns a page of the lists with a film as [Service.All] does. It returns movie.ErrNotFound when the film does
// not exist.
//
// A film that few lists have is looked up by its items, whose lists are sorted here. Lists with a film that many have are
// found on the way along the index of the order. Either way a page costs as much as a few thousand rows at most.
func (s *Service) OfMovie(ctx context.Context, movieID, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	rows, next, err := s.ofMovie(ctx, movieID, reader, by, p)
	if err == nil && len(rows) == 0 { // a film in a list exists
		_, err = s.movies.Get(ctx, movieID)
	}
	return rows, next, err
}

// sortedHere is how many lists with a film are sorted here at most.
const sortedHere = 2000

func (s *Service) ofMovie(ctx context.Context, movieID, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	some, err := s.withMovie(ctx, movieID, sortedHere+1)
	if err != nil {
		return nil, nil, err
	}
	if len(some) > sortedHere {
		parts := []part{public(by)}
		if reader != 0 {
			parts = append(parts, owned(by, reader, false))
		}
		return s.page(ctx, parts, movieID, reader, by, p)
	}
	some = slices.DeleteFunc(some, func(l List) bool {
		return !l.VisibleTo(reader) || p.After != nil && compare(by.key(l), *p.After) <= 0
	})
	by.sort(some)
	some, next := page.Cut(some[:min(len(some), p.Fetch())], p, by.key)
	rows, err := s.load(ctx, some)
	if err != nil {
		return nil, nil, err
	}
	shown, err := s.decorate(ctx, rows, reader)
	return shown, next, err
}

// withMovie returns up to n lists with a film, with the columns that decide who sees them where.
func (s *Service) withMovie(ctx context.Context, movieID int64, n int) ([]List, error) {
	db := s.db.Reader(ctx)
	query := "SELECT lists.id, lists.user_id, lists.is_public, lists.like_count, lists.updated_at FROM list_items " + s.inOrder() +
		" lists ON lists.id = list_items.list_id WHERE list_items.movie_id = ?" + database.Limit(db.Name())
	rows, err := database.Collect(db, func(l *List) []any {
		return []any{&l.ID, &l.UserID, &l.IsPublic, &l.LikeCount, &l.UpdatedAt}
	}, 0, query, movieID, n)
	if err != nil {
		return nil, fmt.Errorf("look for lists with movie %d: %w", movieID, err)
	}
	return rows, nil
}

// inOrder returns the join that reads its left table first. The planners would start at the smaller one, and sort.
func (s *Service) inOrder() string {
	if s.db.Driver() == database.MySQL {
		return "STRAIGHT_JOIN"
	}
	return "CROSS JOIN"
}

// load returns the rows of lists that were read in part, in the same order, without those that are gone.
func (s *Service) load(ctx context.Context, some []List) ([]List, error) {
	if len(some) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(some))
	for i, l := range some {
		ids[i] = l.ID
	}
	in, args := database.InList(ids)
	found, err := database.Collect(s.db.Reader(ctx), table.Targets, len(ids), "SELECT "+table.Columns()+" FROM lists WHERE id IN "+in, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d lists: %w", len(ids), err)
	}
	slices.SortFunc(found, func(a, b List) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return found, nil
}

// part is a set of lists that an index has in the order of the page.
type part struct {
	where string
	args  []any
	index string
}

func public(by Sort) part { return part{"lists.is_public = ?", []any{true}, orders[by].public} }

func owned(by Sort, userID int64, isPublic bool) part {
	return part{"lists.user_id = ? AND lists.is_public = ?", []any{userID, isPublic}, orders[by].owned}
}

// page returns a page of the union of parts, which have no list in common. With a movieID it has the lists with this film.
func (s *Service) page(ctx context.Context, parts []part, movieID, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	var rows []List
	for _, one := range parts {
		some, err := s.scan(ctx, one, movieID, by, p)
		if err != nil {
			return nil, nil, fmt.Errorf("list lists: %w", err)
		}
		rows = append(rows, some...)
	}
	by.sort(rows)
	rows, next := page.Cut(rows[:min(len(rows), p.Fetch())], p, by.key)
	shown, err := s.decorate(ctx, rows, reader)
	return shown, next, err
}

// scan returns the lists of a page and one more of a part.
func (s *Service) scan(ctx context.Context, of part, movieID int64, by Sort, p page.Page) ([]List, error) {
	db := s.db.Reader(ctx)
	query := "SELECT " + table.ColumnsOf("lists") + " FROM lists"
	if db.Name() == database.MySQL {
		query += " FORCE INDEX (" + of.index + ")"
	}
	var args []any
	if movieID != 0 {
		query += " " + s.inOrder() + " list_items ON list_items.list_id = lists.id AND list_items.movie_id = ?"
		args = append(args, movieID)
	}
	query, args = query+" WHERE "+of.where, append(args, of.args...)
	if p.After != nil {
		after, bounds := by.after(*p.After)
		query, args = query+" AND "+after, append(args, bounds...)
	}
	query += " ORDER BY lists." + orders[by].column + " DESC, lists.id DESC" + database.Limit(db.Name())
	return database.Collect(db, table.Targets, 0, query, append(args, p.Fetch())...)
}

// decorate adds the names of the authors, and what the reader likes.
func (s *Service) decorate(ctx context.Context, rows []List, reader int64) ([]Shown, error) {
	ids := make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.UserID
	}
	authors, err := s.users.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Shown, len(rows))
	for i, l := range rows {
		out[i] = Shown{List: l, Username: authors[l.UserID].Username}
	}
	out = slices.DeleteFunc(out, func(l Shown) bool { return l.Username == "" }) // deleted since, with its author
	return out, s.addLiked(ctx, out, reader)
}

// addLiked sets Liked of all rows, unless the reader is anonymous.
func (s *Service) addLiked(ctx context.Context, rows []Shown, reader int64) error {
	if reader == 0 || len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.ID
	}
	var liked map[int64]bool
	if s.likes != nil {
		var err error
		if liked, err = s.likes.ListsLikedBy(ctx, reader, ids); err != nil {
			return err
		}
	}
	for i := range rows {
		rows[i].Liked = new(liked[rows[i].ID])
	}
	return nil
}

// Items returns a page of the films of a list in their order, and the key of the next page, nil on the last. The list
// exists and the reader may see it.
//
// The key names the last film of the page, and the next page begins after it wherever it has moved because films before
// it came or went. Without it the next page begins at its position, to which the film after it has moved up.
func (s *Service) Items(ctx context.Context, id int64, p page.Page) ([]Placed, *page.Key, error) {
	var after int64
	if p.After != nil {
		last, there, err := find(s.db.Reader(ctx), id, p.After.ID)
		if err != nil {
			return nil, nil, err
		}
		if after = p.After.Num - 1; there {
			after = last.Position
		}
	}
	db := s.db.Reader(ctx)
	rows, err := database.Collect(db, items.Targets, 0,
		"SELECT "+items.Columns()+" FROM list_items WHERE list_id = ? AND position > ? ORDER BY position"+database.Limit(db.Name()), id, after, p.Fetch())
	if err != nil {
		return nil, nil, fmt.Errorf("load the films of list %d: %w", id, err)
	}
	rows, next := page.Cut(rows, p, func(it Item) page.Key { return page.Key{Num: it.Position, ID: it.MovieID} })
	placed, err := s.place(ctx, rows)
	return placed, next, err
}

// items maps an [Item] to its columns.
var items = database.TableOf[Item]()

// place returns items with the cards of their films, without those whose film has been deleted since.
func (s *Service) place(ctx context.Context, rows []Item) ([]Placed, error) {
	ids := make([]int64, len(rows))
	for i, it := range rows {
		ids[i] = it.MovieID
	}
	cards, err := s.movies.Cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Placed, 0, len(rows))
	for _, it := range rows {
		if card, ok := cards[it.MovieID]; ok {
			out = append(out, Placed{it, card})
		}
	}
	return out, nil
}
