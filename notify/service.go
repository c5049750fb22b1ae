package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/olahol/melody"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Authenticator finds out who holds an access token; *auth.Guard does.
type Authenticator interface {
	// Authenticate returns auth.ErrInvalidToken, auth.ErrTokenExpired or auth.ErrUserGone when nobody does.
	Authenticate(ctx context.Context, token string) (auth.Viewer, error)
}

// Sessions knows which sessions stand. The accounts implement it.
type Sessions interface {
	// StandingSessions returns those of ids that have not ended; ids may repeat.
	StandingSessions(ctx context.Context, ids []int64) ([]int64, error)
}

// Bus carries hints between instances and to this one. It may lose any of them.
type Bus interface {
	// Publish must not block; it delivers to the subscribers of this instance, too.
	Publish(topic, payload string)
	Subscribe(topic string, fn func(payload string))
}

// Deps is what a Service needs. What has a default may be left out.
type Deps struct {
	DB       *database.DB
	Actors   Actors
	Auth     Authenticator
	Sessions Sessions
	Edge     *web.Edge
	Bus      Bus
	Clock    func() time.Time // with monotonic readings, as time.Now, so that a set clock closes nothing
	Log      *slog.Logger
	Zone     *time.Location // of the times in frames

	MaxSocketsPerUser int           // 0 means 10
	MaxSockets        int           // of the process; 0 means what the limit on open files allows
	SweepInterval     time.Duration // 0 means a second

	pingPeriod, pongWait time.Duration // of tests; 0 means what the contract says
}

// Service stores notifications and pushes them. It is a plugin of GORM, so that hooks find it.
type Service struct {
	Deps
	melody  *melody.Melody
	hub     *hub
	stats   counters
	buffers sync.Pool      // of *[]byte, for what a line holds
	open    sync.WaitGroup // everything that serves a socket; Add happens under hub.mu while it is not closing
}

// Defaults of Deps.
const (
	defaultSocketsPerUser = 10
	defaultSweepInterval  = time.Second
)

// New returns a service. To work it wants to be installed in the database by DB.Use, and to Run.
func New(d Deps) *Service {
	if d.MaxSocketsPerUser == 0 {
		d.MaxSocketsPerUser = defaultSocketsPerUser
	}
	if d.MaxSockets == 0 {
		d.MaxSockets = socketsAllowed()
	}
	if d.SweepInterval == 0 {
		d.SweepInterval = defaultSweepInterval
	}
	if d.pingPeriod == 0 {
		d.pingPeriod, d.pongWait = pingPeriod, pongWait
	}
	s := &Service{Deps: d, hub: newHub()}
	s.buffers.New = func() any { return new([]byte) }
	s.melody = s.newMelody()
	s.listen()
	return s
}

const pluginName = "cinecircle:notify"

// Name names the plugin to GORM.
func (s *Service) Name() string { return pluginName }

// Initialize is called by GORM when the plugin is installed.
func (s *Service) Initialize(*gorm.DB) error { return nil }
