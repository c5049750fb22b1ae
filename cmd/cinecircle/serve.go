package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The time that a client may take over each part of a request, beside web.ReadTimeout and web.Patience. Uploads have at
// most 6 MiB; sockets leave these limits behind when they are upgraded.
const (
	readHeaderTimeout = 5 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10
)

// serveCommand runs the service until ctx ends, and then lets go of everything in good order.
func serveCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("serve takes no argument, got %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	log := newLogger(p.err, c.Log)
	lock, err := lockDatabase(c)
	if err != nil {
		return err
	}
	defer lock.Close()
	a, err := newApp(ctx, c, log)
	if err != nil {
		return err
	}
	if self, err := ownPath(); err == nil { // without it, images are decoded here
		a.images.DecodeApart(self, decodeImage)
	}
	if logsText(p.err, c.Log) {
		a.terminal = p.err
	}
	if err := a.serve(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return a.Close()
}

// serve migrates, listens, announces itself and runs until ctx ends.
func (a *app) serve(ctx context.Context) error {
	if _, err := a.db.MigrateUp(ctx); err != nil {
		return err
	}
	if a.db.Driver() == database.SQLite { // locked: whatever lies in the trash belongs to nobody alive
		if err := a.images.SweepAll(ctx); err != nil {
			a.log.Warn("sweep stored images", "error", err)
		}
	}
	listener, err := listen(ctx, a.config.Server.Addr)
	if err != nil {
		return err
	}
	servers := []*http.Server{a.server(a.handler)}
	listeners := []net.Listener{web.AnswerAlike(servers[0], listener, web.Patience, connectionsAllowed())}
	if addr := a.config.Metrics.Addr; addr != "" {
		l, err := listen(ctx, addr)
		if err != nil {
			return errors.Join(fmt.Errorf("metrics.addr: %w", err), listener.Close())
		}
		servers, listeners = append(servers, a.server(a.metrics.Handler())), append(listeners, l)
	}
	a.announce(listener.Addr())
	return a.run(ctx, servers, listeners)
}

// connectionsAllowed leaves some of the files that may be open to the database, images, and what waits for them.
func connectionsAllowed() int {
	const reserved = 250 // half of what sockets leave
	limit, known := ops.OpenFiles()
	if !known || limit > math.MaxInt32 {
		return 0
	}
	return max(int(limit)/4, int(limit)-reserved)
}

// run starts whatever runs and ends it in order: no new work, open sockets told, requests finished,
// workers stopped.
func (a *app) run(ctx context.Context, servers []*http.Server, listeners []net.Listener) error {
	defer ops.Ballast()()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	group, failed := errgroup.WithContext(work)
	for _, worker := range []func(context.Context) error{
		a.images.Run, a.users.Run, a.users.BuildIndex, a.movies.Run, a.notifications.Run, a.bus.Run, giveBack,
	} {
		group.Go(func() error { return worker(failed) })
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

// stop takes no more requests, tells every socket, and waits for the requests that are being served.
func (a *app) stop(ctx context.Context, servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.Server.ShutdownTimeout)
	defer cancel()
	a.health.Stopping()
	problems := []error{a.notifications.Shutdown(ctx)}
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			problems = append(problems, fmt.Errorf("finish requests: %w", err), s.Close())
		}
	}
	return errors.Join(problems...)
}

func (a *app) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       web.ReadTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// OPTIONS * is not answered by net/http but by our 404, like every unknown path.
		DisableGeneralOptionsHandler: true,

		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug), // broken clients are no events
	}
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// lockDatabase claims the SQLite file for this process; other databases need no lock.
func lockDatabase(c Config) (interface{ Close() error }, error) {
	if c.Database.Driver != database.SQLite {
		return database.Lock(":memory:")
	}
	return database.Lock(string(c.Database.DSN))
}

// announce says where everything is: in a few lines to people, in one to machines.
func (a *app) announce(addr net.Addr) {
	base := a.config.Server.PublicURL
	if base == "" {
		base = "http://" + reachable(addr)
	}
	data, images := a.config.Database.Driver, a.config.Media.S3.Bucket
	if path := database.SQLitePath(string(a.config.Database.DSN)); a.db.Driver() == database.SQLite && path != "" {
		data = absolute(path)
	}
	if a.config.Media.Driver == mediaLocal {
		images = absolute(a.config.Media.Dir)
	}
	if a.terminal != nil {
		fmt.Fprintf(a.terminal, "cinecircle %s is up.\n  Pages   %s\n  API     %s/docs\n  Data    %s\n  Images  %s\n",
			readBuild().Version, base, base, data, images)
		return
	}
	a.log.Info("cinecircle is up", "version", readBuild().Version, "api", base, "docs", base+"/docs", "data", data, "images", images)
}

// absolute returns path from the root, or as it is where that cannot be found out.
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
