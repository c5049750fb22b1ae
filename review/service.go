package review

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs. All fields but MaxContent, Log and the functions are required.
type Deps struct {
	DB         *database.DB
	Pictures   *picture.Decoder
	Media      *media.Library
	Clock      func() time.Time
	Movies     *movie.Service
	MaxContent int          // characters of a review; 0 means DefaultMaxContent
	Log        *slog.Logger // nil discards logs

	// Replaced is called in the transaction that deletes a review because films were merged and its author has another
	// one of the film that stays. nil does nothing.
	Replaced func(tx *gorm.DB, userID, reviewID, by int64) error
	// Rate sets the rating of a film by a member and marks the film watched. It locks the account and
	// then the film. Without it no review has a rating.
	Rate func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error
	// Watched marks a film watched by a member, which the caller has locked, and adds counts to the counters of the account.
	// marked and listed are the ids of its row in watched_films and watchlist_films, 0 for none. nil does nothing.
	Watched func(tx *gorm.DB, userID, movieID, marked, listed int64, counts user.Counts) error
	// WatchedAmong tells who gets to see spoilers. nil means that nobody has watched anything.
	WatchedAmong spoiler.Watched
}

// Service holds the rules of reviews. It is safe for concurrent use.
type Service struct {
	db           *database.DB
	pictures     *picture.Decoder
	media        *media.Library
	clock        func() time.Time
	movies       *movie.Service
	maxContent   int
	log          *slog.Logger
	likes        Likes    // nil until UseLikes
	comments     Comments // nil until UseComments
	replaced     func(tx *gorm.DB, userID, reviewID, by int64) error
	rate         func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error
	watched      func(tx *gorm.DB, userID, movieID, marked, listed int64, counts user.Counts) error
	watchedAmong spoiler.Watched
}

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete and [Service.PurgeMovie] with
// movie.Service.OnDelete.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, pictures: d.Pictures, media: d.Media, clock: d.Clock, movies: d.Movies, maxContent: d.MaxContent,
		log: d.Log, replaced: d.Replaced, rate: d.Rate, watched: d.Watched, watchedAmong: d.WatchedAmong,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.maxContent == 0 {
		s.maxContent = DefaultMaxContent
	}
	return s
}

// UseLikes sets who knows the likes; without them nobody likes a review. Call it before the first request.
func (s *Service) UseLikes(l Likes) { s.likes = l }

// UseComments sets who has the comments; without them reviews have none. Call it before the first request.
func (s *Service) UseComments(c Comments) { s.comments = c }

// MaxContent returns the maximum number of characters of a review.
func (s *Service) MaxContent() int { return s.maxContent }

// CheckContent returns an apperr.ErrValidation for field when text has more than [Service.MaxContent] characters.
func (s *Service) CheckContent(field, text string) error {
	if utf8.RuneCountInString(text) <= s.maxContent {
		return nil
	}
	return apperr.Validation(apperr.Field{Name: field, Code: "max", Text: apperr.Text{
		EN: fmt.Sprintf("This must be at most %d characters.", s.maxContent),
		KO: fmt.Sprintf("%d자 이하여야 합니다.", s.maxContent),
	}})
}

// Get returns a review that a reader may see, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, id int64, reader auth.Viewer) (Review, error) {
	r, err := take(s.db.Reader(ctx), id)
	if err == nil {
		err = s.checkSeen(ctx, r, reader)
	}
	if err != nil {
		return Review{}, err
	}
	return r, nil
}

// AuthorOf returns the author of a review, or [ErrNotFound].
func (s *Service) AuthorOf(ctx context.Context, id int64) (userID int64, err error) {
	err = s.db.Row(ctx, "SELECT user_id FROM reviews WHERE id = ?", id).Scan(&userID)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("look for the author of review %d: %w", id, err)
	}
	return userID, nil
}

// Image returns the image of a review in its sizes, or the zero value without one and while the review is masked or hidden.
func (s *Service) Image(r Review) media.Shown { return s.media.Show(imageOf(r)) }

// imageOf returns the storage key of the image that a reader sees, "" for none.
func imageOf(r Review) string {
	if r.Hidden != 0 {
		return ""
	}
	return r.Image.String()
}

// Draft is a review that is not stored yet. Its texts have been validated: they are trimmed, in NFC, and within
// their limits.
type Draft struct {
	UserID   int64 // the author
	MovieID  int64
	Title    string
	Content  string
	Image    *picture.Upload // nil for none
	Rating   stars.Stars     // the rating of the film that the author gives with the review; 0 leaves it as it is
	Spoiler  bool
	Comments Commenters // "" for [Everyone]
}

// Create stores a review and its image, and returns it as its author sees it. A review of a film that was merged into another
// is one of that film. It returns picture.ErrUnsupportedImage, picture.ErrImageTooLarge, movie.ErrNotFound, [ErrExists],
// auth.ErrUserGone when the author's account does not exist, or an error that matches apperr.ErrBusy or apperr.ErrUnavailable.
func (s *Service) Create(ctx context.Context, d Draft) (Shown, error) {
	pic, err := s.decode(ctx, d.Image)
	if err != nil {
		return Shown{}, err
	}
	var made Shown
	err = s.movies.Following(ctx, d.MovieID, func(film int64) (err error) {
		d.MovieID = film
		made, err = s.create(ctx, d, pic)
		return err
	})
	return made, err
}

// create stores a review with a decoded image.
func (s *Service) create(ctx context.Context, d Draft, pic *picture.Picture) (Shown, error) {
	if pic != nil {
		if err := s.mayReview(ctx, d); err != nil { // before files are stored that no review would name
			return Shown{}, err
		}
	}
	now := database.Time(s.clock())
	var r Shown
	err := s.media.Attach(ctx, pic, func(tx *gorm.DB, key string) (err error) {
		r = Shown{Liked: new(false), Review: Review{
			UserID: d.UserID, MovieID: d.MovieID, Title: spoiler.NewText(d.Title), Content: spoiler.NewText(d.Content), Image: spoiler.NewText(key),
			Spoiler: d.Spoiler, Comments: cmp.Or(d.Comments, Everyone), CreatedAt: now, UpdatedAt: now,
		}}
		has, err := s.lockAndName(tx, &r)
		if err != nil {
			return err
		}
		if d.Rating != 0 && s.rate != nil {
			r.Rating = &d.Rating
		}
		if r.ID, err = s.insert(tx, r.Review, has, d.Rating, &now); err != nil {
			return err
		}
		r.Reveal()
		return idempotency.Keep(tx, r)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Shown{}, s.existing(ctx, d)
	}
	return r, err
}

const nameReview = `SELECT users.username, movies.title, COALESCE(movies.hidden, FALSE),
	(SELECT rating FROM movie_ratings WHERE movie_id = movies.id AND user_id = users.id),
	COALESCE((SELECT id FROM watched_films WHERE movie_id = movies.id AND user_id = users.id), 0),
	COALESCE((SELECT id FROM watchlist_films WHERE movie_id = movies.id AND user_id = users.id), 0)
	FROM (SELECT 1) AS one LEFT JOIN users ON users.id = ? LEFT JOIN movies ON movies.id = ?`

// marks are the ids of what an author has of a film, 0 for none: see Deps.Watched. One query for them and the names is faster
// than another one by the diary.
type marks struct{ watched, listed int64 }

// lockAndName locks the author and the film of a new review, to which its foreign keys refer: in the other order two authors
// who review one film would deadlock on MySQL. It completes the review by their names and the rating. It returns
// auth.ErrUserGone or movie.ErrNotFound.
func (s *Service) lockAndName(tx *gorm.DB, r *Shown) (has marks, err error) {
	if tx.Name() == database.MySQL { // a transaction of SQLite has locked everything
		switch err := user.Lock(tx, r.UserID); {
		case errors.Is(err, user.ErrNotFound):
			return has, auth.ErrUserGone
		case err != nil:
			return has, err
		}
		if err := movie.LockShownID(tx, r.MovieID); err != nil { // the query below may read what was before the lock
			return has, err
		}
	}
	var author, film *string
	var hidden bool
	err = s.db.Row(tx.Statement.Context, nameReview, r.UserID, r.MovieID).Scan(&author, &film, &hidden, &r.Rating, &has.watched, &has.listed)
	switch {
	case err != nil:
		return has, fmt.Errorf("name the author and the film of a review of movie %d by user %d: %w", r.MovieID, r.UserID, err)
	case author == nil:
		return has, auth.ErrUserGone
	case film == nil || hidden:
		return has, movie.ErrNotFound
	}
	r.Username, r.MovieTitle = *author, *film
	return has, nil
}

// mayReview returns movie.ErrNotFound, or [ErrExists] when the author has already reviewed the film. It only avoids
// useless work; insert decides.
func (s *Service) mayReview(ctx context.Context, d Draft) error {
	if _, err := s.movies.Get(ctx, d.MovieID); err != nil {
		return err
	}
	if err := s.existing(ctx, d); !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// insert stores a review of a film and by an author who are locked, and returns its id, or gorm.ErrDuplicatedKey when the
// author has already reviewed the film. A rating of 0 leaves that of the film as it is. The review is an activity of the time
// announced, if that is not nil.
func (s *Service) insert(tx *gorm.DB, r Review, has marks, rating stars.Stars, announced *time.Time) (int64, error) {
	if err := movie.AddCounts(tx, r.MovieID, movie.Counts{Reviews: 1}); err != nil {
		return 0, err
	}
	if err := s.rateOrMark(tx, r, has, rating); err != nil {
		return 0, err
	}
	id, err := table.Insert(tx, &r)
	if err != nil {
		return 0, fmt.Errorf("create review: %w", err)
	}
	if announced == nil {
		return id, nil
	}
	return id, activity.Record(tx, activity.Entry{
		UserID: r.UserID, Type: activity.Review, ObjectID: id, MovieID: &r.MovieID, At: *announced,
	})
}

// rateOrMark sets the author's rating of the film of a new review, which marks the film watched, or only marks it. It also
// counts the review for the author.
func (s *Service) rateOrMark(tx *gorm.DB, r Review, has marks, rating stars.Stars) error {
	counts := user.Counts{Reviews: 1}
	switch {
	case rating != 0 && s.rate != nil:
		if err := s.rate(tx, r.UserID, r.MovieID, rating, r.CreatedAt); err != nil {
			return err
		}
	case s.watched != nil:
		return s.watched(tx, r.UserID, r.MovieID, has.watched, has.listed, counts)
	}
	return user.AddCounts(tx, r.UserID, counts)
}

// existing returns [ErrExists] with the review that the author has already written about the film, or [ErrNotFound].
func (s *Service) existing(ctx context.Context, d Draft) error {
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

func (s *Service) decode(ctx context.Context, u *picture.Upload) (*picture.Picture, error) {
	if u == nil {
		return nil, nil //nolint:nilnil // an upload is optional, and Attach accepts nil
	}
	return s.pictures.Decode(ctx, picture.Review, *u)
}
