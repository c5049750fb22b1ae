package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what the service works with.
type Deps struct {
	DB         *database.DB
	Media      *media.Library
	Clock      func() time.Time
	Users      *user.Service
	Movies     *movie.Service
	MaxContent int // characters of a review; 0 means DefaultMaxContent
}

// Service keeps the reviews. It may be used by several goroutines.
type Service struct {
	db         *database.DB
	media      *media.Library
	clock      func() time.Time
	users      *user.Service
	movies     *movie.Service
	maxContent int
	likes      Likes // nil until UseLikes
}

// New returns a service over a migrated database, and has users and movies take their reviews along
// when they go.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, media: d.Media, clock: d.Clock, users: d.Users, movies: d.Movies, maxContent: d.MaxContent,
	}
	if s.maxContent == 0 {
		s.maxContent = DefaultMaxContent
	}
	s.users.OnDelete(s.purgeUser)
	s.movies.OnDelete(s.purgeMovie)
	return s
}

// UseLikes says who knows the likes. Until then nobody likes anything. It is called before the first
// request only.
func (s *Service) UseLikes(l Likes) { s.likes = l }

// Get returns a review, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64) (Review, error) {
	return take(s.db.Reader(ctx), id)
}

// Image returns the image of a review in its sizes, the zero value when it has none.
func (s *Service) Image(r Review) media.Shown { return s.media.Show(r.Image) }

// Draft is a review before it is stored. Its texts have passed the rules of the API: trimmed, in NFC,
// within their limits.
type Draft struct {
	UserID  int64 // the author
	MovieID int64
	Title   string
	Content string
	Image   *media.Upload // nil for none
}

// Create stores a review and its image, and returns it as its author sees it. It returns media.ErrUnsupportedImage,
// media.ErrImageTooLarge, movie.ErrNotFound, [ErrExists], auth.ErrUserGone when the author does not
// exist any more, or what matches apperr.ErrBusy or apperr.ErrUnavailable.
func (s *Service) Create(ctx context.Context, d Draft) (Shown, error) {
	pic, err := s.decode(ctx, d.Image)
	if err != nil {
		return Shown{}, err
	}
	if pic != nil {
		if err := s.mayReview(ctx, d); err != nil { // before a file is stored for nothing
			return Shown{}, err
		}
	}
	now := database.Time(s.clock())
	var r Shown
	err = s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) error {
		id, err := insert(tx, d, key, now)
		if err != nil {
			return err
		}
		// Here, because the connection that wrote the rows has them at hand.
		r, err = s.shown(tx.Statement.Context, id)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Shown{}, s.first(ctx, d)
	}
	r.Liked = new(false) // nobody has had the time to like it
	return r, err
}

// mayReview returns movie.ErrNotFound, or [ErrExists] when there is a review already. It only saves
// work: what counts is found out again under the locks of insert.
func (s *Service) mayReview(ctx context.Context, d Draft) error {
	if _, err := s.movies.Get(ctx, d.MovieID); err != nil {
		return err
	}
	if err := s.first(ctx, d); !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

const insertReview = `INSERT INTO reviews (user_id, movie_id, title, content, image, like_count, created_at, updated_at)
	VALUES (?, ?, ?, ?, ?, 0, ?, ?)`

// insert counts the review before it writes it: the counts lock the rows that the foreign keys refer
// to, and the other way round two authors at one film would deadlock on MySQL. It returns
// the id, or gorm.ErrDuplicatedKey when there is a review already.
func insert(tx *gorm.DB, d Draft, image string, now time.Time) (int64, error) {
	err := user.AddCounts(tx, d.UserID, user.Counts{Reviews: 1})
	if errors.Is(err, user.ErrNotFound) {
		return 0, auth.ErrUserGone
	}
	if err != nil {
		return 0, err
	}
	if err := movie.AddCounts(tx, d.MovieID, movie.Counts{Reviews: 1}); err != nil {
		return 0, err
	}
	id, err := database.Insert(tx, insertReview, d.UserID, d.MovieID, d.Title, d.Content, image, now, now)
	if err != nil {
		return 0, fmt.Errorf("create review: %w", err)
	}
	return id, nil
}

// first returns [ErrExists] with the review that the author has written about the film already, or
// [ErrNotFound] when there is none.
func (s *Service) first(ctx context.Context, d Draft) error {
	var ids []int64
	err := s.db.Reader(ctx).Model(&Review{}).Where("user_id = ? AND movie_id = ?", d.UserID, d.MovieID).Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("look for a review of movie %d by user %d: %w", d.MovieID, d.UserID, err)
	}
	if len(ids) == 0 {
		return ErrNotFound
	}
	return ErrExists.With("review_id", ids[0])
}

// Delete removes a review and its image, or returns [ErrNotFound].
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		r, err := take(tx, id)
		if err != nil {
			return err
		}
		if err := user.AddCounts(tx, r.UserID, user.Counts{Reviews: -1}); err != nil {
			return err
		}
		if err := movie.AddCounts(tx, r.MovieID, movie.Counts{Reviews: -1}); err != nil {
			return err
		}
		if r, err = Lock(tx, id); err != nil { // it may have changed, or gone, before its parents were locked
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&Review{}).Error; err != nil {
			return fmt.Errorf("delete review %d: %w", id, err)
		}
		return s.media.Discard(tx, r.Image)
	})
}

func (s *Service) decode(ctx context.Context, u *media.Upload) (*media.Picture, error) {
	if u == nil {
		return nil, nil //nolint:nilnil // no image is not an error, and Attach takes nil for it
	}
	return s.media.Decode(ctx, media.ReviewImages, *u)
}
