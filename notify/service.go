package notify

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify/live"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Authenticator identifies the holder of an access token. *auth.Guard implements it.
type Authenticator interface {
	// Authenticate returns the viewer of the first valid token. If none is valid, it returns auth.ErrInvalidToken,
	// auth.ErrTokenExpired or auth.ErrUserGone.
	Authenticate(ctx context.Context, tokens ...string) (auth.Viewer, error)
}

// Bus carries messages between the instances of the service. It may lose any of them.
type Bus interface {
	// Publish delivers to the subscribers of all instances, this one included. It does not block.
	Publish(topic, payload string)
	Subscribe(topic string, fn func(payload string))
}

// Deps is what a Service needs. The fields with a default may be left out.
type Deps struct {
	DB       *database.DB
	Actors   Actors
	Auth     Authenticator
	Sessions live.Sessions
	Origin   *web.Origin
	Bus      Bus
	Clock    func() time.Time // with monotonic readings like time.Now, so that setting the wall clock closes no socket
	Log      *slog.Logger
	Zone     *time.Location // of the times in frames

	// Hears is the SQL condition that the user @recipient hears of an event of the type @type by the user @actor. By
	// default everybody hears of everything.
	Hears string

	// ImageURL returns the URL of the profile image with a storage key, nil for "". By default nobody has an image.
	ImageURL func(key string) *string

	MaxSocketsPerUser int           // default 10
	MaxSockets        int           // of this process; by default what the limit on open files allows
	SweepInterval     time.Duration // default 1 s
}

// Service stores notifications, lists them and pushes them to sockets. It is a GORM plugin, which is how
// [Send] finds it.
type Service struct {
	Deps
	hub    *live.Hub
	stored atomic.Int64

	ifHeard, always numbering
}

// New returns a service. Install it with DB.Use and call Run before use.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	if s.ImageURL == nil {
		s.ImageURL = func(string) *string { return nil }
	}
	s.ifHeard, s.always = numberingOf(cmp.Or(s.Hears, hearsAll), d.DB.Driver()), numberingOf(hearsAll, d.DB.Driver())
	s.hub = live.New(live.Config{
		Source: source{s}, Sessions: d.Sessions, Clock: d.Clock, Log: d.Log, Subprotocols: []string{bearerProtocol},
		MaxSocketsPerUser: d.MaxSocketsPerUser, MaxSockets: d.MaxSockets, SweepInterval: d.SweepInterval,
	})
	s.subscribe()
	return s
}

// hearsAll is the condition that is always met.
const hearsAll = "1 = 1"

const pluginName = "cinecircle:notify"

// Name implements gorm.Plugin.
func (s *Service) Name() string { return pluginName }

// Initialize implements gorm.Plugin.
func (s *Service) Initialize(*gorm.DB) error { return nil }

// Run delivers to sockets until ctx ends. Open sockets stay open; Shutdown closes them.
func (s *Service) Run(ctx context.Context) error { return s.hub.Run(ctx) }

// Shutdown refuses new sockets, closes all open ones with code 1012, and returns when none is left. When
// ctx ends before that, it cuts the remaining connections and returns the error of ctx.
func (s *Service) Shutdown(ctx context.Context) error { return s.hub.Shutdown(ctx) }

// Stats is what the service is doing and has done since it started.
type Stats struct {
	live.Stats
	Stored int64 // notifications committed by this instance
}

// Stats returns a snapshot, for metrics.
func (s *Service) Stats() Stats { return Stats{s.hub.Stats(), s.stored.Load()} }
