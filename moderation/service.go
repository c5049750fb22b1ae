package moderation

import (
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs. All fields but Log are required.
type Deps struct {
	DB       *database.DB
	Clock    func() time.Time
	Users    *user.Service
	Movies   *movie.Service
	Reviews  *review.Service
	Comments *comment.Service
	Lists    *list.Service
	Log      *slog.Logger // nil discards logs
}

// Service holds the rules of reports and of moderating. It is safe for concurrent use. It is a GORM plugin, which is how
// package record finds it.
type Service struct {
	db       *database.DB
	clock    func() time.Time
	users    *user.Service
	movies   *movie.Service
	reviews  *review.Service
	comments *comment.Service
	lists    *list.Service
	log      *slog.Logger
}

// New returns a service, which accounts ask for the number of reports about them. Install it with DB.Use, so that members
// are told, and register [Service.PurgeUser] with user.Service.OnDelete and [Service.MergeMovies] with
// movie.Service.OnMerge.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, clock: d.Clock, users: d.Users, movies: d.Movies, reviews: d.Reviews, comments: d.Comments, lists: d.Lists, log: d.Log,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	d.Users.UseReportCounts(s.OpenAbout)
	return s
}

// Name implements gorm.Plugin.
func (s *Service) Name() string { return record.PluginName }

// Initialize implements gorm.Plugin.
func (s *Service) Initialize(*gorm.DB) error { return nil }

func (s *Service) now() time.Time { return database.Time(s.clock()) }
