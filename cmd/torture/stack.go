package main

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// stack is the database, Redis and store that run beside the program, each behind a proxy, when it does not use SQLite
// and a folder.
type stack struct {
	dir                    string
	database, redis, store *harness.Engine
	proxies                map[string]*harness.Proxy
	schema                 string
	access, secret, bucket string
}

// The servers by the names of their scripts.
const (
	nameDatabase = "mariadb"
	nameRedis    = "redis"
	nameStore    = "s3"
)

// startStack starts the servers with scripts/. Close it.
func startStack(ctx context.Context, scripts, dir string) (*stack, error) {
	s := &stack{dir: dir, proxies: map[string]*harness.Proxy{}}
	for name, engine := range map[string]**harness.Engine{nameDatabase: &s.database, nameRedis: &s.redis, nameStore: &s.store} {
		var err error
		if *engine, err = harness.StartEngine(ctx, scripts, name, dir); err == nil {
			err = s.stand(ctx, name, (*engine).URL)
		}
		if err != nil {
			return nil, errors.Join(err, s.close()) //nolint:contextcheck // what was started is ended also after an interruption
		}
	}
	return s, nil
}

// stand starts a proxy in front of the server at a URL or DSN.
func (s *stack) stand(ctx context.Context, name, address string) error {
	host := address
	if name == nameDatabase {
		_, host, _ = strings.Cut(address, "(")
		host, _, _ = strings.Cut(host, ")")
	} else if u, err := url.Parse(address); err == nil {
		host = u.Host
		s.access, s.bucket = u.User.Username(), strings.Trim(u.Path, "/")
		s.secret, _ = u.User.Password()
	}
	proxy, err := harness.NewProxy(ctx, host)
	s.proxies[name] = proxy
	return err
}

func (s *stack) dsn(server string) string { return server + s.schema }

// objects returns the folder in which the store keeps its objects.
func (s *stack) objects() string { return filepath.Join(s.dir, nameStore, "objects", s.bucket) }

// use creates a schema and bucket for an instance, and returns the settings with which the program finds them.
func (s *stack) use(ctx context.Context, home string) (env []string, err error) {
	s.schema = strings.ReplaceAll(home, "-", "_")
	if err := s.database.MakeSchema(ctx, s.schema); err != nil {
		return nil, err
	}
	through := func(name string) string { return s.proxies[name].Addr }
	return []string{
		"CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN=root@tcp(" + through(nameDatabase) + ")/" + s.schema,
		"CINECIRCLE_AUTH_SECRET=" + strings.Repeat("the torture's own ", 3),
		"CINECIRCLE_NOTIFY_BROKER=redis", "CINECIRCLE_NOTIFY_REDIS_URL=redis://" + through(nameRedis) + "/0",
		"CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT=http://" + through(nameStore), "CINECIRCLE_MEDIA_S3_BUCKET=" + s.bucket,
		"CINECIRCLE_MEDIA_S3_ACCESS_KEY=" + s.access, "CINECIRCLE_MEDIA_S3_SECRET_KEY=" + s.secret, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
	}, nil
}

// outage kills a server and starts it again.
func (s *stack) outage(ctx context.Context, name string, down time.Duration) error {
	engine := map[string]*harness.Engine{nameDatabase: s.database, nameRedis: s.redis, nameStore: s.store}[name]
	if err := engine.Kill(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(down):
	}
	return engine.Start(context.WithoutCancel(ctx))
}

// close ends the servers.
func (s *stack) close() error {
	if s == nil {
		return nil
	}
	var problems []error
	for _, p := range s.proxies {
		problems = append(problems, p.Close())
	}
	for _, e := range []*harness.Engine{s.database, s.redis, s.store} {
		problems = append(problems, e.Stop(context.Background())) // also when it was interrupted
	}
	return errors.Join(problems...)
}
