package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/site"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// app is the whole program, wired together and not yet running.
type app struct {
	config Config
	zone   *time.Location
	log    *slog.Logger
	clock  func() time.Time // of the domains; only the demo changes it, before anything runs

	terminal io.Writer // where people read the log, nil where machines do
	db       *database.DB
	store    media.Store
	images   *media.Library
	bus      bus.Bus
	redis    io.Closer // of the limiter, nil without one
	limiter  limit.Limiter
	hasher   *auth.Hasher
	edge     *web.Edge

	users         *user.Service
	movies        *movie.Service
	reviews       *review.Service
	reactions     *reaction.Service
	follows       *follow.Service
	notifications *notify.Service

	health  *ops.Health
	metrics *ops.Metrics
	router  *openapi.Router
	site    *site.Site
	handler http.Handler
}

// newApp opens the database, without migrating it, and wires everything to it. Close it.
func newApp(ctx context.Context, c Config, log *slog.Logger) (*app, error) {
	a := &app{config: c, log: log, clock: failpoint.Now}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.wire(); err != nil { //nolint:contextcheck // routes have the contexts of their requests
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Close closes what newApp opened.
func (a *app) Close() error {
	var problems []error
	if a.db != nil {
		problems = append(problems, a.db.Close())
	}
	if a.redis != nil {
		problems = append(problems, a.redis.Close())
	}
	if folder, ok := a.store.(io.Closer); ok {
		problems = append(problems, folder.Close())
	}
	return errors.Join(problems...)
}

// open opens what is outside of the process.
func (a *app) open(ctx context.Context) (err error) {
	c := a.config
	if a.zone, err = time.LoadLocation(c.Timezone); err != nil {
		return fmt.Errorf("timezone: %w", err)
	}
	a.db, err = database.Open(ctx, database.Config{Driver: c.Database.Driver, DSN: string(c.Database.DSN), Clock: failpoint.Now, Logger: a.log})
	if err != nil {
		return err
	}
	if a.db.Reader(ctx).Migrator().HasTable(unfinishedCopy) {
		return errors.New("this database is an unfinished copy: finish it with cinecircle copy")
	}
	if a.store, err = openStore(ctx, c); err != nil {
		return err
	}
	a.bus = bus.NewMemory()
	if c.Notify.Broker == brokerRedis {
		bus.LogClients(a.log)
		if a.bus, err = bus.NewRedis(string(c.Notify.Redis.URL), a.log); err != nil {
			return err
		}
	}
	return nil
}

func openStore(ctx context.Context, c Config) (media.Store, error) {
	if c.Media.Driver == mediaLocal {
		local, err := media.NewLocal(c.Media.Dir, c.Server.PublicURL)
		if err != nil {
			return nil, err // not the nil *Local, which is no nil Store
		}
		return local, nil
	}
	s := c.Media.S3
	return media.NewS3(ctx, media.S3Config{
		Endpoint: s.Endpoint, Region: s.Region, Bucket: s.Bucket,
		AccessKey: s.AccessKey, SecretKey: string(s.SecretKey),
		PathStyle: s.PathStyle, PublicURL: s.PublicURL,
	})
}

// wire makes the domains and tells them of each other, from the ground up.
func (a *app) wire() error {
	c := a.config
	secret, err := loadSecret(c)
	if err != nil {
		return err
	}
	if a.edge, err = web.NewEdge(c.Server.PublicURL, c.Server.TrustedProxies, c.Server.AllowedOrigins); err != nil {
		return err
	}
	if err := a.openLimiter(); err != nil {
		return err
	}
	a.hasher = auth.NewHasher(c.Auth.BcryptCost)
	a.images = media.NewLibrary(a.db, a.store, failpoint.Now, a.log)
	clock := func() time.Time { return a.clock() }
	tokens := auth.NewTokens(secret, "cinecircle", c.Auth.AccessTTL, c.Auth.RefreshTTL, failpoint.Now)
	a.users = user.New(user.Deps{
		DB: a.db, Hasher: a.hasher, Tokens: tokens, Media: a.images, Edge: a.edge, Clock: clock, Log: a.log,
		Throttle:   limit.NewThrottle(a.limiter, c.Limits.LoginAccount, c.Limits.LoginAddress),
		RefreshTTL: c.Auth.RefreshTTL, RefreshGrace: c.Auth.RefreshGrace,
	})
	guard := auth.NewGuard(tokens, a.users, a.edge, a.limiter, rates(c))
	a.notifications = notify.New(notify.Deps{
		DB: a.db, Actors: actors{a.users}, Auth: guard, Sessions: a.users, Edge: a.edge, Bus: a.bus,
		Clock: clock, Log: a.log, Zone: a.zone,
		MaxSocketsPerUser: c.Notify.MaxSocketsPerUser, SweepInterval: c.Notify.SweepInterval,
	})
	if err := a.db.Use(a.notifications); err != nil {
		return fmt.Errorf("install the notifier: %w", err)
	}
	a.users.OnSessionsEnded(a.notifications.CloseSessions)
	a.movies = movie.New(movie.Deps{DB: a.db, Media: a.images, Clock: clock, Log: a.log})
	a.reviews = review.New(review.Deps{
		DB: a.db, Media: a.images, Users: a.users, Movies: a.movies, Clock: clock, MaxContent: c.Limits.ReviewContent,
	})
	a.reactions = reaction.New(reaction.Deps{
		DB: a.db, Users: a.users, Movies: a.movies, Reviews: a.reviews, Clock: clock, Limiter: a.limiter, Toggle: c.Limits.Toggle,
	})
	a.follows = follow.New(follow.Deps{DB: a.db, Users: a.users, Clock: clock, Limiter: a.limiter, Toggle: c.Limits.Toggle})
	a.users.OnDelete(a.notifications.Purge) // after those of the others: notifications are locked last, as when they are sent
	return a.route(guard)
}

// loadSecret returns the configured secret, or the one that was made at the first start and stands
// beside the SQLite file.
func loadSecret(c Config) ([]byte, error) {
	if c.Auth.Secret != "" {
		return []byte(c.Auth.Secret), nil
	}
	return auth.LoadOrCreateSecret(filepath.Join(dataDir(c), "secret"))
}

// dataDir is the folder of the SQLite file.
func dataDir(c Config) string {
	path := database.SQLitePath(string(c.Database.DSN))
	if path == "" {
		return "data"
	}
	return filepath.Dir(path)
}

// route registers every route there is.
func (a *app) route(guard *auth.Guard) error {
	a.metrics = ops.NewMetrics()
	engine := web.NewEngine(web.Options{Log: a.log, Edge: a.edge, Observe: a.metrics.ObserveRequest})
	build := readBuild()
	r := openapi.NewRouter(engine, guard, build.Version)
	a.users.Routes(r, a.zone)
	a.movies.Routes(r, a.zone)
	a.reviews.Routes(r, a.zone)
	a.reactions.Routes(r, a.zone)
	a.follows.Routes(r, a.zone)
	a.notifications.Routes(r, a.zone)
	if local, ok := a.store.(*media.Local); ok {
		local.Routes(r)
	}
	a.health = ops.NewHealth(build,
		ops.Check{Name: "database", Run: a.db.Check},
		// A store elsewhere is missed by uploads only; a folder that is gone is a fault of this machine.
		ops.Check{Name: "storage", Run: a.store.Check, Optional: a.config.Media.Driver != mediaLocal},
		ops.Check{Name: "broker", Run: a.bus.Check, Optional: true},
	)
	a.health.Routes(r)
	if a.config.Metrics.Addr == "" && isLoopback(a.config.Server.Addr) {
		a.metrics.Routes(r)
	}
	a.measure()
	a.router, a.handler = r, engine
	if err := r.ServeDocument(); err != nil {
		return err
	}
	if err := a.newSite(guard); err != nil {
		return err
	}
	a.site.Routes(engine)
	return nil
}

// newSite prepares the pages for people, which stand beside the API.
func (a *app) newSite(guard *auth.Guard) (err error) {
	a.site, err = site.New(site.Deps{
		Users: a.users, Movies: a.movies, Reviews: a.reviews, Reactions: a.reactions, Follows: a.follows, Notifications: a.notifications,
		Guard: guard, Edge: a.edge, Log: a.log, Zone: a.zone, RefreshTTL: a.config.Auth.RefreshTTL,
		PublicURL: a.config.Server.PublicURL,
		// Asked for with every page, because a store may not be able to sign links yet when the program starts.
		ImageSource: func() string { return site.Origin(a.store.URL("x")) },
	})
	if err != nil {
		return fmt.Errorf("prepare the pages: %w", err)
	}
	return nil
}

// isLoopback reports whether only this machine can reach addr.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
