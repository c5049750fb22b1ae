package diary

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// Shown is a viewing as a reader sees it.
type Shown struct {
	Viewing
	Movie movie.Card
}

// table maps a [Viewing] to its columns.
var table = database.TableOf[Viewing]()

// Draft is a viewing that is not stored yet. Its texts have been validated, and its day by [Service.CheckDay].
type Draft struct {
	UserID    int64
	MovieID   int64
	WatchedOn Day
	Rewatch   *bool        // nil: whether the diary has the film on an earlier or the same day
	Rating    *stars.Stars // nil for none
	Note      *string      // nil for none
	Tags      []string
}

// CheckDay returns an apperr.ErrValidation for field unless a film can have been watched on d: not before films were shown,
// and not after today in the zone of the service.
func (s *Service) CheckDay(field string, d Day) error {
	switch today := DayOf(s.clock().In(s.zone)); {
	case d < FirstDay:
		return apperr.Validation(apperr.Field{Name: field, Code: "min", Text: apperr.Text{
			EN: "This must not be before " + FirstDay.String() + ".", KO: FirstDay.String() + " 이후의 날짜여야 합니다.",
		}})
	case d > today:
		return apperr.Validation(apperr.Field{Name: field, Code: "max", Text: apperr.Text{
			EN: "This must not be after today, " + today.String() + ".", KO: "오늘(" + today.String() + ") 이후의 날짜는 쓸 수 없습니다.",
		}})
	}
	return nil
}

// Log stores a viewing, marks the film watched, and returns the viewing. Its rating becomes the rating of the member when no
// viewing of the film is on a later day. Log returns movie.ErrNotFound, or auth.ErrUserGone when the member's account does
// not exist. A viewing of a film that was merged into another is one of that film.
func (s *Service) Log(ctx context.Context, d Draft) (Shown, error) {
	var made Shown
	err := s.movies.Following(ctx, d.MovieID, func(film int64) (err error) {
		d.MovieID = film
		made, err = s.log(ctx, d)
		return err
	})
	return made, err
}

func (s *Service) log(ctx context.Context, d Draft) (Shown, error) {
	tags, err := encodeTags(d.Tags)
	if err != nil {
		return Shown{}, err
	}
	var made Shown
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		var film movie.Movie
		err := user.LockThen(tx, func() (err error) { film, err = movie.LockShown(tx, d.MovieID); return err }, d.UserID)
		if err != nil {
			return err
		}
		now := s.now()
		v := Viewing{
			UserID: d.UserID, MovieID: d.MovieID, WatchedOn: d.WatchedOn, Rating: d.Rating, Note: d.Note, Tags: tags,
			CreatedAt: now, UpdatedAt: now,
		}
		if v.Rewatch, err = s.isRewatch(tx, d); err != nil {
			return err
		}
		if v.ID, err = table.Insert(tx, &v); err != nil {
			return fmt.Errorf("log movie %d by user %d: %w", d.MovieID, d.UserID, err)
		}
		if err := record(tx, v); err != nil {
			return err
		}
		if err := storeTags(tx, v, d.Tags); err != nil {
			return err
		}
		if err := user.AddDiaryVersion(tx, d.UserID); err != nil {
			return err
		}
		if err := s.MarkIn(tx, d.UserID, d.MovieID, user.Counts{}); err != nil {
			return err
		}
		if err := s.rateIfLatest(tx, v, d.Rating); err != nil {
			return err
		}
		made = Shown{Viewing: v, Movie: s.movies.CardOf(film)}
		return idempotency.Keep(tx, made)
	})
	return made, err
}

// record records the activity of a new viewing.
func record(tx *gorm.DB, v Viewing) error {
	return activity.Record(tx, activity.Entry{
		UserID: v.UserID, Type: activity.Viewing, ObjectID: v.ID, MovieID: &v.MovieID, At: v.CreatedAt,
	})
}

// isRewatch returns the Rewatch of a new viewing.
func (s *Service) isRewatch(tx *gorm.DB, d Draft) (is bool, err error) {
	if d.Rewatch != nil {
		return *d.Rewatch, nil
	}
	err = s.db.Row(tx.Statement.Context, "SELECT EXISTS (SELECT 1 FROM viewings WHERE movie_id = ? AND user_id = ? AND watched_on <= ?)",
		d.MovieID, d.UserID, d.WatchedOn).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("look for movie %d in the diary of user %d: %w", d.MovieID, d.UserID, err)
	}
	return is, nil
}

const laterViewing = `SELECT EXISTS (SELECT 1 FROM viewings WHERE movie_id = ? AND user_id = ? AND watched_on >= ?
	AND (watched_on > ? OR id > ?))`

// rateIfLatest makes a rating that was given with a viewing that of the member, unless a later viewing of the film exists.
func (s *Service) rateIfLatest(tx *gorm.DB, v Viewing, given *stars.Stars) error {
	if given == nil || s.rate == nil {
		return nil
	}
	var later bool
	err := s.db.Row(tx.Statement.Context, laterViewing, v.MovieID, v.UserID, v.WatchedOn, v.WatchedOn, v.ID).Scan(&later)
	if err != nil {
		return fmt.Errorf("look for viewings later than %d: %w", v.ID, err)
	}
	if later {
		return nil
	}
	return s.rate(tx, v.UserID, v.MovieID, *given, s.now())
}

// Get returns a viewing that a reader may see, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64, reader auth.Viewer) (Viewing, error) {
	v, err := take(s.db.Reader(ctx), id)
	if err != nil {
		return Viewing{}, err
	}
	may, err := follow.MaySee(ctx, s.db, reader, v.UserID)
	if err == nil && !may {
		err = ErrNotFound
	}
	if err != nil {
		return Viewing{}, err
	}
	return v, nil
}

func take(db *gorm.DB, id int64) (Viewing, error) {
	var v Viewing
	err := db.Where("id = ?", id).Take(&v).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Viewing{}, ErrNotFound
	}
	if err != nil {
		return Viewing{}, fmt.Errorf("load viewing %d: %w", id, err)
	}
	return v, nil
}

// Show returns a viewing with its film, as [Service.Get] does.
func (s *Service) Show(ctx context.Context, id int64, reader auth.Viewer) (Shown, error) {
	v, err := s.Get(ctx, id, reader)
	if err != nil {
		return Shown{}, err
	}
	cards, err := s.movies.Cards(ctx, []int64{v.MovieID})
	if err != nil {
		return Shown{}, err
	}
	card, ok := cards[v.MovieID]
	if !ok { // deleted since, and the viewing with it
		return Shown{}, ErrNotFound
	}
	return Shown{Viewing: v, Movie: card}, nil
}

// Patch is a change of a viewing; nil fields stay unchanged, and pointers to nil clear. It has been validated as a [Draft] is.
type Patch struct {
	WatchedOn *Day
	Rewatch   *bool
	Rating    **stars.Stars
	Note      **string
	Tags      *[]string
}

// columns returns the columns of v that the patch changes, without updated_at.
func (p Patch) columns(v Viewing) (map[string]any, error) {
	set := map[string]any{}
	if p.WatchedOn != nil && *p.WatchedOn != v.WatchedOn {
		set["watched_on"] = *p.WatchedOn
	}
	if p.Rewatch != nil && *p.Rewatch != v.Rewatch {
		set["rewatch"] = *p.Rewatch
	}
	if p.Rating != nil && !same(*p.Rating, v.Rating) {
		set["rating"] = *p.Rating
	}
	if p.Note != nil && !same(*p.Note, v.Note) {
		set["note"] = *p.Note
	}
	if p.Tags != nil {
		tags, err := encodeTags(*p.Tags)
		if err != nil {
			return nil, err
		}
		if tags != v.Tags {
			set["tags"] = tags
		}
	}
	return set, nil
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// Update changes a viewing. A patch that equals the viewing changes nothing, not even updated_at. A rating that it gives to
// the latest viewing of the film becomes the rating of the member, also one that the viewing had already. Update returns [ErrNotFound].
func (s *Service) Update(ctx context.Context, id int64, p Patch) error {
	return s.change(ctx, id, func(tx *gorm.DB, v Viewing) error {
		set, err := p.columns(v)
		if err != nil {
			return err
		}
		if len(set) > 0 {
			set["updated_at"] = s.now()
			if err := tx.Model(&Viewing{}).Where("id = ?", id).UpdateColumns(set).Error; err != nil {
				return fmt.Errorf("update viewing %d: %w", id, err)
			}
			if err := user.AddDiaryVersion(tx, v.UserID); err != nil {
				return err
			}
		}
		if p.WatchedOn != nil {
			v.WatchedOn = *p.WatchedOn
		}
		if err := moveTags(tx, v, p, set); err != nil {
			return err
		}
		if p.Rating == nil {
			return nil
		}
		return s.rateIfLatest(tx, v, *p.Rating)
	})
}

// moveTags changes the rows of the tags of a viewing after its columns in set have changed.
func moveTags(tx *gorm.DB, v Viewing, p Patch, set map[string]any) error {
	if set["tags"] != nil {
		if err := tx.Where("viewing_id = ?", v.ID).Delete(&ViewingTag{}).Error; err != nil {
			return fmt.Errorf("delete tags of viewing %d: %w", v.ID, err)
		}
		return storeTags(tx, v, *p.Tags)
	}
	if set["watched_on"] == nil || v.Tags == "[]" {
		return nil
	}
	if err := tx.Model(&ViewingTag{}).Where("viewing_id = ?", v.ID).UpdateColumn("watched_on", v.WatchedOn).Error; err != nil {
		return fmt.Errorf("move tags of viewing %d: %w", v.ID, err)
	}
	return nil
}

// Delete deletes a viewing, or returns [ErrNotFound]. The film stays marked watched.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.change(ctx, id, func(tx *gorm.DB, v Viewing) error {
		return s.DeleteIn(tx, v)
	})
}

// change calls do in a transaction with a viewing whose member and film are locked.
func (s *Service) change(ctx context.Context, id int64, do func(tx *gorm.DB, v Viewing) error) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		v, err := take(tx, id)
		if err != nil {
			return err
		}
		if err := lock(tx, v.UserID, v.MovieID); errors.Is(err, movie.ErrNotFound) {
			return ErrNotFound // deleted since, and the viewing with it
		} else if err != nil {
			return err
		}
		if v, err = take(database.ForUpdate(tx), id); err != nil { // it may have changed or been deleted before that
			return err
		}
		return do(tx, v)
	})
}

// Filter selects viewings. All conditions that are not nil must hold.
type Filter struct {
	From, To *Day    // inclusive
	Tag      *string // in any case
}

// Diary returns a page of the viewings of a member that match f, the latest day first and then the latest viewing, and the
// key of the next page, nil on the last. Its errors are those of [Service.Watched].
func (s *Service) Diary(ctx context.Context, userID int64, reader auth.Viewer, f Filter, p page.Page) ([]Shown, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	query, args := f.query(userID, p)
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, 0, query+database.Limit(s.db.Driver()), append(args, p.Fetch())...)
	if err != nil {
		return nil, nil, fmt.Errorf("list the diary of user %d: %w", userID, err)
	}
	rows, next := page.Cut(rows, p, func(r Shown) page.Key { return page.Key{Num: int64(r.WatchedOn), ID: r.ID} })
	rows, err = movie.WithCards(ctx, s.movies, rows, (*Shown).card)
	return rows, next, err
}

func (r *Shown) targets() []any { return table.Targets(&r.Viewing) }

func (r *Shown) card() (int64, *movie.Card) { return r.MovieID, &r.Movie }

// query returns the query of a page without its limit. The bounds on the day are conditions outside of the OR, because both
// databases start their index range from them.
func (f Filter) query(userID int64, p page.Page) (string, []any) {
	query, day, id, args := "SELECT "+table.Columns()+" FROM viewings WHERE user_id = ? AND movie_id NOT IN "+movie.HiddenIDs, "watched_on", "id", []any{userID}
	if f.Tag != nil {
		query = "SELECT " + table.ColumnsOf("v") + " FROM viewing_tags t JOIN viewings v ON v.id = t.viewing_id WHERE t.user_id = ? AND v.movie_id NOT IN " + movie.HiddenIDs + " AND t.tag_key = ?"
		day, id, args = "t.watched_on", "t.viewing_id", append(args, tagKey(*f.Tag))
	}
	if f.From != nil {
		query, args = query+" AND "+day+" >= ?", append(args, *f.From)
	}
	last := f.To
	if p.After != nil && (last == nil || Day(p.After.Num) <= *last) {
		last = new(Day(p.After.Num))
		query, args = query+" AND ("+day+" < ? OR "+id+" < ?)", append(args, *last, p.After.ID)
	}
	if last != nil {
		query, args = query+" AND "+day+" <= ?", append(args, *last)
	}
	return query + " ORDER BY " + day + " DESC, " + id + " DESC", args
}
