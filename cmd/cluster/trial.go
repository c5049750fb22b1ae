package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// databaseName is the schema that the instances share.
const databaseName = "cinecircle"

// trial is the cluster, the members who use it, and the ledger.
type trial struct {
	options
	progress io.Writer
	began    time.Time
	dir      string

	database, redis, store *harness.Engine
	instances              []*harness.Process
	balancer               *balancer
	stopWatching           context.CancelFunc
	server                 *httptest.Server
	front                  string          // URL of the proxy
	api                    *harness.Client // sends requests through the proxy

	members     []*member
	ledger      ledger
	windows     faultWindows
	failures    failures
	revocations checks
	images      imageLedger
	blocks      blockChecks
}

// newTrial builds and starts everything, and signs up the members. Close it.
func newTrial(ctx context.Context, o options, progress io.Writer) (*trial, error) {
	t := &trial{
		options: o, progress: progress, began: time.Now(), dir: o.keep,
		api: harness.NewClient(""),
	}
	var err error
	if t.dir == "" {
		t.dir, err = os.MkdirTemp("", "cinecircle-cluster-")
	} else if err = os.MkdirAll(t.dir, 0o700); err == nil {
		t.dir, err = filepath.Abs(t.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	if err := t.open(ctx); err != nil {
		return nil, errors.Join(err, t.Close()) //nolint:contextcheck // what was started is ended also after an interruption
	}
	return t, nil
}

func (t *trial) open(ctx context.Context) error {
	if err := t.startEngines(ctx); err != nil {
		return err
	}
	if err := t.startInstances(ctx); err != nil {
		return err
	}
	t.balancer = newBalancer(t.instances)
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	t.stopWatching = stop
	t.balancer.watch(watch)
	t.server = httptest.NewServer(t.balancer.proxy())
	t.front, t.api.Base = t.server.URL, t.server.URL
	return t.signUpAll(ctx)
}

func (t *trial) startEngines(ctx context.Context) error {
	t.say("starting MariaDB, Redis and an S3-compatible store")
	var err error
	if t.database, err = harness.StartEngine(ctx, t.scripts, "mariadb", t.dir); err != nil {
		return err
	}
	if t.redis, err = harness.StartEngine(ctx, t.scripts, "redis", t.dir); err != nil {
		return err
	}
	if t.store, err = harness.StartEngine(ctx, t.scripts, "s3", t.dir); err != nil {
		return err
	}
	return t.database.MakeSchema(ctx, databaseName)
}

// startInstances starts all instances at once on an empty schema, which one of them migrates.
func (t *trial) startInstances(ctx context.Context) error {
	bin, err := filepath.Abs(t.bin)
	if t.bin == "" {
		t.say("building")
		bin = filepath.Join(t.dir, "cinecircle")
		err = harness.Build(ctx, bin)
	}
	if err != nil {
		return err
	}
	t.say("starting %d instances", t.options.instances)
	for k := range t.options.instances {
		addr, err := harness.FreeAddr(ctx)
		if err != nil {
			return err
		}
		env, err := t.environment(addr)
		if err != nil {
			return err
		}
		i := &harness.Process{Name: fmt.Sprintf("instance-%d", k), Bin: bin, Dir: t.dir, Addr: addr, Env: env, HTTP: t.api.HTTP}
		if err := i.Start(); err != nil {
			return err
		}
		t.instances = append(t.instances, i)
	}
	return t.awaitAll(ctx, "ok")
}

// awaitAll waits until every instance reports one of the states.
func (t *trial) awaitAll(ctx context.Context, states ...string) error {
	for _, i := range t.instances {
		if err := i.Await(ctx, states...); err != nil {
			return err
		}
	}
	return nil
}

// run drives the cluster, waits until it is calm, and counts.
func (t *trial) run(ctx context.Context) (*report, error) {
	t.say("%s of follows and likes, seed %d", t.duration, t.seed)
	if err := t.listen(ctx); err != nil {
		return nil, err
	}
	drive, stopDriving := context.WithCancel(ctx)
	defer stopDriving()
	var crew sync.WaitGroup
	problems := make(chan error, t.workers+3)
	for w := range t.workers {
		crew.Go(func() { problems <- t.write(ctx, drive.Done(), w) })
	}
	crew.Go(func() { problems <- t.checkRevocations(ctx, drive.Done()) })
	crew.Go(func() { problems <- t.uploadImages(ctx, drive.Done()) })
	crew.Go(func() { problems <- t.checkBlocks(ctx, drive.Done()) })
	driven := time.Now()
	err := t.injectFaults(ctx, rand.New(rand.NewPCG(t.seed, 2)))
	took := time.Since(driven)
	stopDriving()
	crew.Wait()
	close(problems)
	for p := range problems {
		err = errors.Join(err, p)
	}
	if err != nil {
		return nil, errors.Join(err, t.closeSockets())
	}
	t.say("counting")
	return t.count(ctx, took)
}

// Close stops everything that the trial started. The folder stays when it was asked for.
func (t *trial) Close() error {
	problems := []error{t.closeSockets()}
	if t.server != nil {
		t.server.Close()
		t.stopWatching()
	}
	for _, i := range t.instances {
		problems = append(problems, i.End(syscall.SIGTERM))
	}
	for _, e := range []*harness.Engine{t.database, t.redis, t.store} {
		problems = append(problems, e.Stop(context.Background())) // also when it was interrupted
	}
	if t.keep == "" {
		problems = append(problems, os.RemoveAll(t.dir))
	}
	return errors.Join(problems...)
}

func (t *trial) say(format string, args ...any) {
	fmt.Fprintf(t.progress, "%6.1f s  %s\n", time.Since(t.began).Seconds(), fmt.Sprintf(format, args...))
}

// splitStore reads what scripts/s3.sh prints.
func splitStore(text string) (access, bucket, secret, endpoint string, err error) {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return "", "", "", "", fmt.Errorf("the store's URL must have the form http://KEY:SECRET@HOST:PORT/BUCKET")
	}
	secret, _ = u.User.Password()
	return u.User.Username(), strings.Trim(u.Path, "/"), secret, u.Scheme + "://" + u.Host, nil
}
