package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/memory"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/platform/web/listen"
)

// Limits of one request, beside those of package web. An upload has at most 6 MiB. Upgraded sockets have limits of their
// own.
const (
	readHeaderTimeout = 5 * time.Second
	writeTimeout      = 60 * time.Second
	answerTime        = 5 * time.Second // of writeTimeout, kept for the response of a write
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10
)

// Migrate applies all pending steps of the schema, and loads the id of the community. It returns
// [database.ErrNewerSchema] when a newer version of the program has changed the database, unless AllowNewerSchema.
func (a *App) Migrate(ctx context.Context) error {
	_, err := a.DB.MigrateUp(ctx)
	if a.allowNewer && errors.Is(err, database.ErrNewerSchema) {
		a.log.Warn("the schema is newer than this version of the program", "error", err)
		err = nil
	}
	if err != nil {
		return err
	}
	return a.Users.LoadIssuer(ctx)
}

// Serve migrates the database, listens, announces itself on the terminal or else in the log, and runs until ctx ends.
// terminal is nil when there is none.
func (a *App) Serve(ctx context.Context, terminal io.Writer) error {
	if err := a.Migrate(ctx); err != nil {
		return err
	}
	if a.DB.Driver() == database.SQLite { // the database is locked, so no other process needs the images in the trash
		if err := a.images.SweepAll(ctx); err != nil {
			a.log.Warn("sweep stored images", "error", err)
		}
		if err := a.keys.ReleaseAll(ctx); err != nil {
			a.log.Warn("release idempotency keys", "error", err)
		}
		if err := a.Transfers.ReleaseAll(ctx); err != nil {
			a.log.Warn("release imports", "error", err)
		}
	}
	listener, err := listenOn(ctx, a.config.Server.Addr)
	if err != nil {
		return err
	}
	servers := []*http.Server{a.server(a.Handler)}
	listeners := []net.Listener{listen.Wrap(servers[0], listener, web.Patience, connectionsAllowed(), a.log)}
	if addr := a.config.Metrics.Addr; addr != "" {
		l, err := listenOn(ctx, addr)
		if err != nil {
			return errors.Join(fmt.Errorf("metrics.addr: %w", err), listener.Close())
		}
		servers, listeners = append(servers, a.server(a.metrics.Handler())), append(listeners, l)
	}
	a.warn()
	a.announce(ctx, listener.Addr(), terminal)
	return a.run(ctx, servers, listeners)
}

// connectionsAllowed returns how many connections fit into the limit on open files, 0 for no limit. The rest is for the
// database, images and subprocesses.
func connectionsAllowed() int {
	const reserved = 250 // of every process
	limit, known := ops.OpenFiles()
	if !known || limit > math.MaxInt32 {
		return 0
	}
	return max(int(limit)/4, int(limit)-reserved)
}

// run starts the servers and workers. At the end it stops them in order: readiness, sockets, requests, workers.
func (a *App) run(ctx context.Context, servers []*http.Server, listeners []net.Listener) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	group, failed := errgroup.WithContext(work)
	for _, w := range a.workers() {
		group.Go(func() error {
			if err := a.runWorker(failed, w); err != nil {
				return fmt.Errorf("worker %s: %w", w.name, err)
			}
			return nil
		})
	}
	for i, s := range servers {
		group.Go(func() error {
			if err := s.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve: %w", err)
			}
			return nil
		})
	}
	select {
	case <-ctx.Done():
		a.log.Info("shutting down")
	case <-failed.Done():
	}
	stopped := a.stop(context.WithoutCancel(ctx), servers)
	stopWork()
	return errors.Join(group.Wait(), stopped)
}

// worker runs beside the HTTP servers until its context ends.
type worker struct {
	name string // as in docs/architecture.md
	run  func(context.Context) error
}

// runWorker logs a panic, which would end the process at once and write past the queue of the log, and returns it as an
// error.
func (a *App) runWorker(ctx context.Context, w worker) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("panic", "worker", w.name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.run(ctx)
}

func (a *App) workers() []worker {
	return []worker{
		{"image trash", a.images.Run},
		{"sessions", a.Users.Run},
		{"password requests", a.Users.AnswerRequests},
		{"mail", a.sendMail},
		{"idempotency keys", a.keys.Run},
		{"name index", a.Users.BuildIndex},
		{"title index", a.Movies.Run},
		{"feed index", a.Feed.Run},
		{"imports", a.Transfers.Run},
		{"notifications", a.Notifications.Run},
		{"bus", a.bus.Run},
		{"memory", memory.Reclaim},
		{"health", func(ctx context.Context) error { return a.health.Watch(ctx, a.log) }},
	}
}

// sendMail is the worker of the outbox, if there is one.
func (a *App) sendMail(ctx context.Context) error {
	if a.mail == nil {
		return nil
	}
	return a.mail.Run(ctx)
}

// stop turns readiness off, closes the sockets, and waits for the requests that are being served.
func (a *App) stop(ctx context.Context, servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.Server.ShutdownTimeout)
	defer cancel()
	a.health.Stopping()
	problems := []error{a.Notifications.Shutdown(ctx)}
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			problems = append(problems, fmt.Errorf("finish requests: %w", err), s.Close())
		}
	}
	return errors.Join(problems...)
}

func (a *App) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           endWrites(h, writeTimeout-answerTime),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       web.ReadTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// OPTIONS * gets our 404, like every unknown path, instead of the answer of net/http.
		DisableGeneralOptionsHandler: true,

		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug), // broken clients are not worth more
	}
}

// endWrites ends the context of a write after limit, so that nothing is committed whose response would come too late.
func endWrites(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions: // a GET may become a WebSocket, which stays open
		default:
			ctx, cancel := context.WithTimeout(r.Context(), limit)
			defer cancel()
			r = r.WithContext(ctx)
		}
		h.ServeHTTP(w, r)
	})
}

func listenOn(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// announce tells where everything is: in a few lines on a terminal, else in one line of the log.
func (a *App) announce(ctx context.Context, addr net.Addr, terminal io.Writer) {
	base := a.config.Server.PublicURL
	if base == "" {
		base = "http://" + reachable(addr)
	}
	data, images := a.config.Database.Driver, a.config.Media.S3.Bucket
	if path := database.SQLitePath(string(a.config.Database.DSN)); a.DB.Driver() == database.SQLite && path != "" {
		data = absolute(path)
	}
	if a.config.Media.Driver == config.MediaLocal {
		images = absolute(a.config.Media.Dir)
	}
	if terminal != nil {
		fmt.Fprintf(terminal, "cinecircle %s is up.\n  Pages   %s\n  API     %s/docs\n  Data    %s\n  Images  %s\n%s",
			a.build.Version, base, base, data, images, a.nextSteps(ctx, base))
		return
	}
	a.log.Info("cinecircle is up", "version", a.build.Version, "api", base, "docs", base+"/docs", "data", data, "images", images)
}

// nextSteps tells the operator of a community without members, or without an admin, what to do. It returns "" for others.
func (a *App) nextSteps(ctx context.Context, base string) string {
	members, admins, err := a.Users.HasMembers(ctx)
	program := os.Args[0]
	switch {
	case err != nil || admins:
		return ""
	case members:
		return fmt.Sprintf("  Next    %s admin grant NAME makes a member an admin\n", program)
	default:
		return fmt.Sprintf("  Next    sign up on %s/join, then make yourself an admin: %s admin grant NAME\n"+
			"          or look around in an invented community: %s demo\n", base, program, program)
	}
}

// absolute returns the absolute path, or path itself if the working directory is unknown.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// reachable names an address as a browser on this machine would.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
