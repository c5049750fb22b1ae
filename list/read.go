package list

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Shown is a list as a reader sees it.
type Shown struct {
	List
	Username string // of the author
	Liked    *bool  // whether the reader likes it; nil for an anonymous reader
}

var showList = "SELECT " + table.ColumnsOf("lists") + ", users.username, users.is_private FROM lists JOIN users ON users.id = lists.user_id WHERE lists.id = ?"

// Get returns a list that a reader may see, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64, reader auth.Viewer) (List, error) {
	l, err := take(s.db.Reader(ctx), id)
	if err != nil {
		return List{}, err
	}
	if err := s.checkSeen(ctx, l, reader); err != nil {
		return List{}, err
	}
	return l, nil
}

// checkSeen returns [ErrNotFound] unless a reader may see a list.
func (s *Service) checkSeen(ctx context.Context, l List, reader auth.Viewer) error {
	if !l.VisibleTo(reader) {
		return ErrNotFound
	}
	may, err := follow.MaySee(ctx, s.db, reader, l.UserID)
	if err == nil && !may {
		err = ErrNotFound
	}
	return err
}

// Show returns a list as a reader sees it, as [Service.Get] does.
func (s *Service) Show(ctx context.Context, id int64, reader auth.Viewer) (Shown, error) {
	l, private, err := s.shown(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if private || !l.IsPublic || l.Hidden {
		if err := s.checkSeen(ctx, l.List, reader); err != nil {
			return Shown{}, err
		}
	}
	rows := []Shown{l}
	err = s.addLiked(ctx, rows, reader)
	return rows[0], err
}

// shown returns a list without Liked, whoever may see it, and whether the account of its author is private.
func (s *Service) shown(ctx context.Context, id int64) (l Shown, private bool, err error) {
	err = s.db.Row(ctx, showList, id).Scan(append(l.targets(), &private)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Shown{}, false, ErrNotFound
	}
	if err != nil {
		return Shown{}, false, fmt.Errorf("show list %d: %w", id, err)
	}
	return l, private, nil
}

// All returns a page of the lists that a reader sees, and the key of the next page, nil on the last. A page that is not the
// last has fewer lists than it could when the reader sees very few of those that come next.
func (s *Service) All(ctx context.Context, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	rows, rest, err := s.seen(ctx, reader, by, p)
	if err == nil && reader.UserID != 0 {
		var private []List
		private, err = s.scan(ctx, owned(by, reader.UserID, false), by, p, walk{})
		rows = append(rows, private...)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list lists: %w", err)
	}
	if rest != nil {
		rows = slices.DeleteFunc(rows, func(l List) bool { return compare(by.key(l), *rest) > 0 })
	}
	shown, next, err := s.cut(ctx, rows, reader, by, p)
	return shown, cmp.Or(next, rest), err
}

// seen returns the public lists of a page and one more that a reader sees, along the index of the order. Whoever sees few
// lists, because most are by private accounts or somebody whom they have blocked made them, must not make the database
// read all lists there are: seen reads mostWalked at most, and returns the key of the last one that it has read then.
func (s *Service) seen(ctx context.Context, reader auth.Viewer, by Sort, p page.Page) (rows []List, rest *page.Key, err error) {
	for n := firstWalk; n <= mostWalked; n *= walkFactor {
		last, err := s.boundary(ctx, public(by), by, p, n)
		if err != nil {
			return nil, nil, err
		}
		some, err := s.scan(ctx, public(by), by, p, walk{last: last, reader: &reader})
		if err != nil {
			return nil, nil, err
		}
		if rows = append(rows, some...); len(rows) >= p.Fetch() || last == nil {
			return rows, nil, nil
		}
		p.After = last
	}
	return rows, p.After, nil
}

// OfUser returns a page of the lists of a member as [Service.All] does, and of hidden ones those of the reader. It returns user.ErrNotFound when the member does
// not exist, and follow.ErrPrivateAccount when the reader may not see the lists.
func (s *Service) OfUser(ctx context.Context, userID int64, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	mine := reader.UserID == userID
	rows, err := s.scan(ctx, owned(by, userID, true), by, p, walk{hidden: mine})
	if err == nil && mine {
		var private []List
		private, err = s.scan(ctx, owned(by, userID, false), by, p, walk{hidden: true})
		rows = append(rows, private...)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list the lists of user %d: %w", userID, err)
	}
	return s.cut(ctx, rows, reader, by, p)
}

// Own returns how many lists a member has, with private and hidden ones.
func (s *Service) Own(ctx context.Context, userID int64) (n int64, err error) {
	if err := s.db.Row(ctx, "SELECT COUNT(*) FROM lists WHERE user_id = ?", userID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the lists of user %d: %w", userID, err)
	}
	return n, nil
}

// OfMovie returns a page of the lists with a film as [Service.All] does. It returns movie.ErrNotFound when the film does
// not exist. Lists do not show a hidden film, so for who may see one there are none.
func (s *Service) OfMovie(ctx context.Context, movieID int64, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	shown, err := s.movies.IsShown(ctx, movieID, reader)
	if err != nil || !shown {
		return []Shown{}, nil, err
	}
	rows, err := s.ofMovie(ctx, movieID, reader, by, p)
	if err != nil {
		return nil, nil, fmt.Errorf("list the lists with movie %d: %w", movieID, err)
	}
	return s.cut(ctx, rows, reader, by, p)
}

const (
	fewLists   = 2000   // with a film, which are sorted
	mostWalked = 30_000 // among which those with a film of many, or those that somebody sees, are looked for
	firstWalk  = 400
	walkFactor = 8
)

// ofMovie returns the lists of a page and one more, and perhaps others after them.
//
// No index can have the lists with a film in an order that each change of a list, and each like, changes. So the lists
// with a film that few have are sorted. Those with a film that many have are found on the way along the index of the
// order, in ever longer parts of it, and sorted only if too few of them are there.
func (s *Service) ofMovie(ctx context.Context, movieID int64, reader auth.Viewer, by Sort, p page.Page) ([]List, error) {
	var count int64
	few := fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM list_items WHERE movie_id = ? LIMIT %d) AS few", fewLists+1)
	if err := s.db.Row(ctx, few, movieID).Scan(&count); err != nil {
		return nil, err
	}
	if count <= fewLists {
		return s.sorted(ctx, movieID, reader, by, p)
	}
	for n := firstWalk; n <= mostWalked; n *= walkFactor {
		last, err := s.boundary(ctx, public(by), by, p, n)
		if err != nil {
			return nil, err
		}
		rows, err := s.scan(ctx, public(by), by, p, walk{movieID: movieID, last: last, reader: &reader})
		if err != nil {
			return nil, err
		}
		if len(rows) < p.Fetch() && last != nil {
			continue
		}
		if reader.UserID == 0 {
			return rows, nil
		}
		private, err := s.scan(ctx, owned(by, reader.UserID, false), by, p, walk{movieID: movieID})
		return append(rows, private...), err
	}
	return s.sorted(ctx, movieID, reader, by, p)
}

// sorted returns the lists with a film, for a page and one more, by its items.
func (s *Service) sorted(ctx context.Context, movieID int64, reader auth.Viewer, by Sort, p page.Page) ([]List, error) {
	audience, args := follow.AudienceOf(reader, "users")
	query := "SELECT " + table.ColumnsOf("lists") + " FROM list_items " + s.inOrder() + " lists ON lists.id = list_items.list_id " +
		s.inOrder() + withAuthor + " WHERE list_items.movie_id = ? AND (lists.is_public = ? OR lists.user_id = ?) AND " + notHidden + " AND " + audience
	return s.collect(ctx, query, append([]any{movieID, true, reader.UserID}, args...), by, p)
}

const withAuthor = " users ON users.id = lists.user_id"

// inOrder is database.StraightJoin: the planners would start at the smaller table.
func (s *Service) inOrder() string { return database.StraightJoin(s.db.Driver()) }

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

// from returns the beginning of a query of a part, with its index.
func (s *Service) from(of part) string {
	if s.db.Driver() == database.MySQL {
		return " FROM lists FORCE INDEX (" + of.index + ")"
	}
	return " FROM lists"
}

// walk is how lists are looked for in a part.
type walk struct {
	movieID int64        // those with this film, 0 for all
	last    *page.Key    // up to this one, nil for the end
	reader  *auth.Viewer // those whose authors this reader sees, nil for all
	hidden  bool         // hidden ones too
}

// scan returns the lists of a page and one more of a part, of those that w looks for.
func (s *Service) scan(ctx context.Context, of part, by Sort, p page.Page, w walk) ([]List, error) {
	query, args := "SELECT "+table.ColumnsOf("lists")+s.from(of), []any{}
	if w.movieID != 0 {
		query += " " + s.inOrder() + " list_items ON list_items.list_id = lists.id AND list_items.movie_id = ?"
		args = append(args, w.movieID)
	}
	where, values := of.where, slices.Clone(of.args)
	if !w.hidden {
		where += " AND " + notHidden
	}
	if w.reader != nil {
		audience, others := follow.AudienceOf(*w.reader, "users")
		query += " " + s.inOrder() + withAuthor
		where, values = where+" AND "+audience, append(values, others...)
	}
	if w.last != nil {
		until, bounds := by.until(*w.last)
		where, values = where+" AND "+until, append(values, bounds...)
	}
	query, args = query+" WHERE "+where, append(args, values...)
	return s.collect(ctx, query, args, by, p)
}

// collect returns the lists of a page and one more of a query that ends in a condition.
func (s *Service) collect(ctx context.Context, query string, args []any, by Sort, p page.Page) ([]List, error) {
	db := s.db.Reader(ctx)
	if p.After != nil {
		after, bounds := by.after(*p.After)
		query, args = query+" AND "+after, append(args, bounds...)
	}
	return database.Collect(db, table.Targets, 0, query+by.order()+database.Limit(db.Name()), append(args, p.Fetch())...)
}

// boundary returns the key of the nth list of a part from the beginning of a page on, nil when there are fewer.
func (s *Service) boundary(ctx context.Context, of part, by Sort, p page.Page, n int) (*page.Key, error) {
	query, args := "SELECT lists.id, lists."+orders[by].column+s.from(of)+" WHERE "+of.where, slices.Clone(of.args)
	if p.After != nil {
		after, bounds := by.after(*p.After)
		query, args = query+" AND "+after, append(args, bounds...)
	}
	var l List
	var value any = &l.LikeCount
	if by == SortLatest {
		value = &l.UpdatedAt
	}
	err := s.db.Row(ctx, fmt.Sprintf("%s%s LIMIT 1 OFFSET %d", query, by.order(), n-1), args...).Scan(&l.ID, value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no boundary is no error
	}
	if err != nil {
		return nil, err
	}
	return new(by.key(l)), nil
}

// cut returns the page that begins with the first of rows, which have the lists of the page and one more in any order.
func (s *Service) cut(ctx context.Context, rows []List, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	by.sort(rows)
	rows, next := page.Cut(rows[:min(len(rows), p.Fetch())], p, by.key)
	shown, err := s.decorate(ctx, rows, reader)
	return shown, next, err
}

// decorate adds the names of the authors, and what the reader likes.
func (s *Service) decorate(ctx context.Context, rows []List, reader auth.Viewer) ([]Shown, error) {
	ids := make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.UserID
	}
	authors, err := s.users.Faces(ctx, ids)
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
func (s *Service) addLiked(ctx context.Context, rows []Shown, reader auth.Viewer) error {
	if reader.UserID == 0 || len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, l := range rows {
		ids[i] = l.ID
	}
	var liked map[int64]bool
	if s.likes != nil {
		var err error
		if liked, err = s.likes.ListsLikedBy(ctx, reader.UserID, ids); err != nil {
			return err
		}
	}
	for i := range rows {
		rows[i].Liked = new(liked[rows[i].ID])
	}
	return nil
}

// Items returns a page of the films of a list in their order, and the key of the next page, nil on the last. The list
// exists and the reader may see it. Films that are hidden are left out, and the places of the others close up.
//
// The key names the last film of the page, and the next page begins after it wherever it has moved because films before
// it came or went. Without it the next page begins at its position, to which the film after it has moved up.
func (s *Service) Items(ctx context.Context, l List, p page.Page) ([]Placed, *page.Key, error) {
	var after int64
	if p.After != nil {
		last, there, err := find(s.db.Reader(ctx), l.ID, p.After.ID)
		if err != nil {
			return nil, nil, err
		}
		if after = p.After.Num - 1; there {
			after = last.Position
		}
	}
	db := s.db.Reader(ctx)
	hidden, err := s.gapsOf(db, l)
	if err != nil {
		return nil, nil, err
	}
	query := "SELECT " + items.Columns() + " FROM list_items WHERE list_id = ? AND position > ?"
	if len(hidden) > 0 {
		query += " AND movie_id NOT IN " + movie.HiddenIDs
	}
	rows, err := database.Collect(db, items.Targets, 0, query+" ORDER BY position"+database.Limit(db.Name()), l.ID, after, p.Fetch())
	if err != nil {
		return nil, nil, fmt.Errorf("load the films of list %d: %w", l.ID, err)
	}
	rows, next := page.Cut(rows, p, func(it Item) page.Key { return page.Key{Num: it.Position, ID: it.MovieID} })
	placed, err := s.place(ctx, rows, hidden)
	return placed, next, err
}

// items maps an [Item] to its columns.
var items = database.TableOf[Item]()

// place returns items with the cards of their films, without those whose film has been deleted or hidden since.
func (s *Service) place(ctx context.Context, rows []Item, hidden gaps) ([]Placed, error) {
	placed := make([]Placed, len(rows))
	for i, it := range rows {
		placed[i].Item, placed[i].Place = it, hidden.place(it.Position)
	}
	return movie.WithCards(ctx, s.movies, placed, func(p *Placed) (int64, *movie.Card) { return p.MovieID, &p.Movie })
}
