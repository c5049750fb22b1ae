// Package app is the whole program: it opens what the configuration names, wires the domains together, and serves.
// It holds no rule of any domain.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/dbcopy"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/site"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/clock"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/markdown"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/transfer/export"
	"github.com/cinecircle/cinecircle/user"
)

// App is the whole program, wired together and not yet serving.
type App struct {
	DB            *database.DB
	Users         *user.Service
	Movies        *movie.Service
	Reviews       *review.Service
	Lists         *list.Service
	Reactions     *reaction.Service
	Follows       *follow.Service
	Comments      *comment.Service
	Diary         *diary.Service
	Feed          *feed.Service
	Moderation    *moderation.Service
	Notifications *notify.Service
	Transfers     *transfer.Service
	Exports       *export.Service

	Router  *openapi.Router
	Site    *site.Site
	Handler http.Handler // answers every request

	config config.Config
	build  ops.Build
	log    *slog.Logger
	zone   *time.Location
	clock  func() time.Time // of the domains; only SetTime changes it

	weakness string // of the secret, "" for none

	store    media.Store
	pictures *picture.Decoder
	images   *media.Library
	bus      bus.Bus
	redis    io.Closer // of the limiter, nil without one
	limiter  limit.Limiter
	hasher   *auth.Hasher
	origin   *web.Origin
	keys     *idempotency.Keys
	cookies  *auth.Cookies
	mail     *mail.Outbox // nil where no mail is sent
	health   *ops.Health
	metrics  *ops.Metrics
	dropped  func() uint64 // lines of the log

	allowNewer bool // serve a schema that is newer than the program
}

// ErrUnfinishedCopy is the error of New for a database into which a copy was interrupted.
var ErrUnfinishedCopy = errors.New("this database is an unfinished copy: finish it with cinecircle copy")

// New opens the database, without migrating it, and wires everything to it. The caller closes the App.
func New(ctx context.Context, c config.Config, build ops.Build, log *slog.Logger) (*App, error) {
	a := &App{config: c, build: build, log: log, clock: clock.Now, dropped: func() uint64 { return 0 }}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.wire(); err != nil { //nolint:contextcheck // routes have the contexts of their requests
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// SetTime stops the clock of the domains at t. It must not be called while requests are served.
func (a *App) SetTime(t time.Time) { a.clock = func() time.Time { return t } }

// Zone is the time zone in which the service shows times.
func (a *App) Zone() *time.Location { return a.zone }

// CountDroppedLines makes the metrics show how many lines of the log were dropped. It must be called before Serve.
func (a *App) CountDroppedLines(dropped func() uint64) { a.dropped = dropped }

// AllowNewerSchema makes Migrate accept a database that a newer version of the program has changed.
func (a *App) AllowNewerSchema(allow bool) { a.allowNewer = allow }

// DecodeInSubprocess decodes uploads with many pixels in a separate process, which is started as
// `program command FOLDER`.
func (a *App) DecodeInSubprocess(program, command string) { a.pictures.UseSubprocess(program, command) }

// Close closes what New opened.
func (a *App) Close() error {
	var problems []error
	if a.DB != nil {
		problems = append(problems, a.DB.Close())
	}
	if a.redis != nil {
		problems = append(problems, a.redis.Close())
	}
	if folder, ok := a.store.(io.Closer); ok {
		problems = append(problems, folder.Close())
	}
	return errors.Join(problems...)
}

// open opens the database, the image store and Redis.
func (a *App) open(ctx context.Context) (err error) {
	c := a.config
	if a.zone, err = time.LoadLocation(c.Timezone); err != nil {
		return fmt.Errorf("timezone: %w", err)
	}
	a.DB, err = database.Open(ctx, database.Config{
		Driver: c.Database.Driver, DSN: string(c.Database.DSN), Clock: clock.Now, Logger: a.log, MaxOpenConns: c.Database.MaxOpenConns,
	})
	if err != nil {
		return err
	}
	if dbcopy.Unfinished(ctx, a.DB) {
		return ErrUnfinishedCopy
	}
	if a.store, err = openStore(ctx, c, a.log); err != nil {
		return err
	}
	a.bus = bus.NewMemory()
	if c.Notify.Broker == config.BrokerRedis {
		bus.LogClients(a.log)
		if a.bus, err = bus.NewRedis(string(c.Notify.Redis.URL), a.log); err != nil {
			return err
		}
	}
	return nil
}

func openStore(ctx context.Context, c config.Config, log *slog.Logger) (media.Store, error) {
	if c.Media.Driver == config.MediaLocal {
		local, err := media.NewLocal(c.Media.Dir, c.Server.PublicURL)
		if err != nil {
			return nil, err // not the nil *Local, which is no nil Store
		}
		return local, nil
	}
	s := c.Media.S3
	store, err := media.NewS3(ctx, media.S3Config{
		Endpoint: s.Endpoint, Region: s.Region, Bucket: s.Bucket,
		AccessKey: s.AccessKey, SecretKey: string(s.SecretKey),
		PathStyle: s.PathStyle, PublicURL: s.PublicURL, Log: log,
	})
	if err != nil {
		return nil, config.Invalid(err)
	}
	return store, nil
}

// wire makes the domains and tells them of each other, from the ground up.
func (a *App) wire() error {
	c := a.config
	secret, err := loadSecret(c)
	if err != nil {
		return err
	}
	a.weakness = auth.Weakness(secret)
	if a.origin, err = web.NewOrigin(c.Server.PublicURL, c.Server.TrustedProxies, c.Server.AllowedOrigins); err != nil {
		return config.Invalid(err)
	}
	if err := a.openLimiter(); err != nil {
		return err
	}
	a.hasher = auth.NewHasher(c.Auth.BcryptCost)
	a.pictures = picture.NewDecoder(a.log)
	a.images = media.NewLibrary(a.DB, a.store, clock.Now, a.log)
	a.keys = idempotency.New(a.DB, clock.Now, a.log)
	now := func() time.Time { return a.clock() }
	tokens := auth.NewTokens(secret, auth.ConstantIssuer, c.Auth.AccessTTL, c.Auth.RefreshTTL, clock.Now)
	if s := c.Mail.SMTP; s.Host != "" {
		server := mail.Server{Host: s.Host, Port: s.Port, Username: s.Username, Password: string(s.Password), TLS: s.TLS, From: c.Mail.From}
		a.mail = mail.NewOutbox(a.DB, server, tokens, clock.Now, a.log)
	}
	a.Users = user.New(user.Deps{
		DB: a.DB, Mail: a.mail, Hasher: a.hasher, Tokens: tokens, Pictures: a.pictures, Media: a.images, Origin: a.origin, Clock: now, Log: a.log,
		Throttle:     limit.NewThrottle(a.limiter, c.Limits.LoginAccount, c.Limits.LoginAddress, c.Limits.LoginFailures),
		RefreshGrace: c.Auth.RefreshGrace, Zone: a.zone, Registration: registration(c),
		NewFor: time.Duration(c.Limits.NewAccount) * 24 * time.Hour,
	})
	a.cookies = auth.NewCookies(tokens, a.origin)
	guard := auth.NewGuard(tokens, a.Users, a.origin, a.limiter, rates(c), a.log)
	guard.AcceptPersonalTokens(a.Users)
	a.Notifications = notify.New(notify.Deps{
		DB: a.DB, Actors: actors{a.Users}, Auth: guard, Sessions: a.Users, Origin: a.origin, Bus: a.bus,
		Clock: now, Log: a.log, Zone: a.zone, Hears: follow.Hears, ImageURL: actors{a.Users}.imageURL,
		MaxSocketsPerUser: c.Notify.MaxSocketsPerUser, SweepInterval: c.Notify.SweepInterval,
	})
	if err := a.DB.Use(a.Notifications); err != nil {
		return fmt.Errorf("install the notifier: %w", err)
	}
	a.Users.OnSessionsEnded(a.Notifications.CloseSessions)
	a.Users.OnAccountChange(tellAccountChange)
	a.Movies = movie.New(movie.Deps{DB: a.DB, Pictures: a.pictures, Media: a.images, Clock: now, Log: a.log})
	rate := func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error {
		return a.Reactions.RateIn(tx, userID, movieID, rating, at) // which are made last, because they import the others
	}
	a.Diary = diary.New(diary.Deps{
		DB: a.DB, Users: a.Users, Movies: a.Movies, Clock: now, Zone: a.zone, Rate: rate,
		Ratings: func(ctx context.Context, userID int64, from, to *time.Time) (stars.Histogram, error) {
			return a.Reactions.HistogramBy(ctx, userID, from, to)
		},
		Reviews: func(ctx context.Context, userID int64, from, to time.Time) (int64, error) {
			return a.Reviews.CountBetween(ctx, userID, from, to)
		},
	})
	a.Reviews = review.New(review.Deps{
		DB: a.DB, Pictures: a.pictures, Media: a.images, Movies: a.Movies, Clock: now, MaxContent: c.Limits.ReviewContent, Log: a.log,
		Replaced: a.Notifications.ReplaceReview, Rate: rate, Watched: a.Diary.MarkKnown, WatchedAmong: a.Diary.WatchedAmong,
	})
	a.Lists = list.New(list.Deps{DB: a.DB, Users: a.Users, Movies: a.Movies, Clock: now})
	toggles := &toggle.Switch{DB: a.DB, Limiter: a.limiter, Rate: c.Limits.Toggle, Clock: now}
	a.Reactions = reaction.New(reaction.Deps{
		DB: a.DB, Users: a.Users, Movies: a.Movies, Reviews: a.Reviews, Lists: a.Lists, Toggles: toggles, Clock: now,
		Watched: a.Diary.MarkIn,
	})
	a.Follows = follow.New(follow.Deps{DB: a.DB, Users: a.Users, Toggles: toggles})
	a.Comments = comment.New(comment.Deps{
		DB: a.DB, Users: a.Users, Follows: a.Follows, Reviews: a.Reviews, Clock: now, WatchedAmong: a.Diary.WatchedAmong, Log: a.log,
	})
	a.Movies.UseViewers(a.Reactions.OfViewer, a.Reactions.RatingOfViewer, a.Reviews.OfViewer, a.Diary.OfViewer)
	a.Feed = feed.New(feed.Deps{
		DB: a.DB, Clock: clock.Now, Log: a.log, Users: a.Users, Movies: a.Movies, Reviews: a.Reviews, Diary: a.Diary, Lists: a.Lists, Comments: a.Comments,
	})
	a.Transfers = transfer.New(transfer.Deps{
		DB: a.DB, Users: a.Users, Movies: a.Movies, Reviews: a.Reviews, Reactions: a.Reactions, Diary: a.Diary, Lists: a.Lists, Follows: a.Follows, Comments: a.Comments,
		Pictures: a.pictures, Media: a.images, Clock: now, Zone: a.zone, Log: a.log,
	})
	a.Exports = export.New(export.Deps{
		DB: a.DB, Users: a.Users, Movies: a.Movies, Media: a.images, Limiter: a.limiter, Rate: c.Limits.Export, Clock: now, Zone: a.zone, Log: a.log,
	})
	a.Moderation = moderation.New(moderation.Deps{
		DB: a.DB, Clock: now, Log: a.log, Users: a.Users, Movies: a.Movies, Reviews: a.Reviews, Comments: a.Comments, Lists: a.Lists,
	})
	if err := a.DB.Use(a.Moderation); err != nil {
		return fmt.Errorf("install the listener of the moderation log: %w", err)
	}
	a.hookDeletions()
	a.hookMerges()
	a.hookHiding()
	return a.route(guard)
}

// tellAccountChange tells members what others changed of their account. The words of a change are those of package notify.
func tellAccountChange(tx *gorm.DB, userID int64, what user.AccountChange) error {
	return notify.Send(tx, notify.Event{UserID: userID, Type: notify.TypeAccount, Action: string(what)})
}

// hookDeletions lists what the domains do when an account or a film is deleted, in this order and in the transaction of
// the deletion. Every transaction locks films, reviews and accounts before notifications, so those come last.
func (a *App) hookDeletions() {
	a.Users.OnDeleteLock(a.Moderation.ToldOfDeletion)
	a.Users.OnDeleteMovies(a.Movies.DeleteAddedBy)
	a.Users.OnDelete(a.Transfers.PurgeUser)
	a.Users.OnDelete(a.Feed.PurgeUser)
	a.Users.OnDelete(a.Reviews.PurgeUser)
	a.Users.OnDelete(a.Reactions.PurgeUser)
	a.Users.OnDelete(a.Comments.PurgeUser)
	a.Users.OnDelete(a.Lists.PurgeUser)
	a.Users.OnDelete(a.Follows.PurgeUser)
	a.Users.OnDelete(a.Moderation.PurgeUser)
	a.Users.OnDelete(a.Notifications.PurgeUser)
	a.Movies.OnDelete(a.Reviews.PurgeMovie)
	a.Movies.OnDelete(a.Reactions.PurgeMovie)
	a.Movies.OnDelete(a.Diary.PurgeMovie)
	a.Movies.OnDelete(a.Lists.PurgeMovie)
}

// hookMerges lists what the domains move when a film is merged into another, in this order and in the transaction of the
// merge. The hook of reviews changes notifications, so those come last.
func (a *App) hookMerges() {
	a.Movies.OnMerge(a.Reactions.MergeMovies)
	a.Movies.OnMerge(a.Reactions.MergeRatings)
	a.Movies.OnMerge(a.Diary.MergeMovies)
	a.Movies.OnMerge(a.Lists.MergeMovies)
	a.Movies.OnMerge(a.Reviews.MergeMovies)
	a.Movies.OnMerge(a.Feed.MergeMovies)
	a.Movies.OnMerge(a.Transfers.MergeMovies)
	a.Movies.OnMerge(a.Moderation.MergeMovies)
	a.Movies.OnMerge(a.mergeNotifications)
}

// hookHiding lists what the domains do when a film is hidden or comes back, in this order and in the transaction of that.
func (a *App) hookHiding() {
	a.Movies.OnHide(a.Reviews.HideMovie)
	a.Movies.OnHide(a.Reactions.HideMovie)
	a.Movies.OnHide(a.Diary.HideMovie)
	a.Movies.OnHide(a.Lists.HideMovie)
}

// mergeNotifications is the hook of notifications, whose package does not know films.
func (a *App) mergeNotifications(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	return a.Notifications.MergeMovies(tx, from.ID, into.ID)
}

// loadSecret returns the configured secret, or the one that the first start generated and stored beside the SQLite
// file.
func loadSecret(c config.Config) ([]byte, error) {
	if c.Auth.Secret != "" {
		return []byte(c.Auth.Secret), nil
	}
	secret, err := auth.LoadOrCreateSecret(SecretFile(c))
	_, isFile := errors.AsType[*fs.PathError](err)
	_, isLink := errors.AsType[*os.LinkError](err)
	if err != nil && !isFile && !isLink { // the file was read and is broken
		return nil, config.Invalid(err)
	}
	return secret, err
}

// SecretFile is the file of the secret, which is used if auth.secret is not set.
func SecretFile(c config.Config) string { return filepath.Join(dataDir(c), "secret") }

// dataDir is the folder of the SQLite file.
func dataDir(c config.Config) string {
	path := database.SQLitePath(string(c.Database.DSN))
	if path == "" {
		return "data"
	}
	return filepath.Dir(path)
}

// route registers every route there is.
func (a *App) route(guard *auth.Guard) error {
	a.metrics = ops.NewMetrics()
	engine := web.NewEngine(web.Options{Log: a.log, Origin: a.origin, Observe: a.metrics.ObserveRequest, Korean: a.config.Community.Language == config.Korean})
	r := openapi.NewRouter(engine, guard, a.build.Version)
	r.UseKeys(a.keys)
	r.UseMoves("movie_id", a.Movies.MergedInto)
	tokens := r.ForTokens() // package user says of each of its routes whether personal tokens may call it
	a.Users.Routes(r, a.zone)
	a.Movies.Routes(tokens, a.zone)
	a.Reviews.Routes(tokens, a.zone)
	a.Lists.Routes(tokens, a.zone)
	a.Reactions.Routes(tokens, a.zone)
	a.Follows.Routes(tokens, a.zone)
	a.Comments.Routes(tokens, a.zone)
	a.Diary.Routes(tokens, a.zone)
	a.Feed.Routes(tokens, a.zone)
	a.Moderation.Routes(tokens, a.zone)
	a.Transfers.Routes(tokens, a.zone)
	a.Notifications.Routes(tokens, a.zone)
	a.Exports.Routes(tokens)
	if local, ok := a.store.(*media.Local); ok {
		local.Routes(r)
	}
	a.health = ops.NewHealth(a.build,
		ops.Check{Name: "database", Run: a.DB.Check},
		// A store elsewhere is missed by uploads only; a folder that is gone is a fault of this machine.
		ops.Check{Name: "storage", Run: a.store.Check, Optional: a.config.Media.Driver != config.MediaLocal},
		ops.Check{Name: "broker", Run: a.checkBroker, Optional: true},
	)
	a.health.Routes(r)
	if a.config.Metrics.Addr == "" && isPrivate(a.config.Server) {
		a.metrics.Routes(r)
	}
	a.registerMetrics()
	a.Router, a.Handler = r, engine
	r.ServeDocument()
	if err := a.newSite(guard); err != nil {
		return err
	}
	a.Site.Routes(engine)
	return nil
}

// checkBroker checks the bus, and the limits where they are counted in the same Redis.
func (a *App) checkBroker(ctx context.Context) error {
	err := a.bus.Check(ctx)
	if shared, ok := a.limiter.(*limit.Redis); ok {
		err = errors.Join(err, shared.Check(ctx))
	}
	return err
}

// newSite wires the HTML pages.
func (a *App) newSite(guard *auth.Guard) error {
	terms, err := markdown.RenderFile(a.config.Community.Terms)
	if err != nil {
		return config.Invalid(fmt.Errorf("community.terms: %w", err))
	}
	privacy, err := markdown.RenderFile(a.config.Community.Privacy)
	if err != nil {
		return config.Invalid(fmt.Errorf("community.privacy: %w", err))
	}
	a.Site = site.New(site.Deps{
		Users: a.Users, Movies: a.Movies, Reviews: a.Reviews, Reactions: a.Reactions, Lists: a.Lists, Diary: a.Diary, Follows: a.Follows, Comments: a.Comments, Moderation: a.Moderation, Transfer: a.Transfers, Feed: a.Feed, Notifications: a.Notifications,
		Guard: guard, Origin: a.origin, Log: a.log, Zone: a.zone, Cookies: a.cookies,
		PublicURL: a.config.Server.PublicURL, Terms: terms, PrivacyNotice: privacy,
		// Asked for with every page, because a store may not be able to sign links yet when the program starts.
		ImageSource: func() string { return site.Origin(a.store.URL("x")) },
	})
	return nil
}

// isPrivate reports whether only this machine can reach the service: it listens on a loopback address, and nothing says that
// a proxy is in front.
func isPrivate(s config.Server) bool {
	return isLoopback(s.Addr) && s.PublicURL == "" && len(s.TrustedProxies) == 0
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
