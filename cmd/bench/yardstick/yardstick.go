// Package yardstick has the servers with which cinecircle is compared: net/http with a constant body, and net/http with
// prepared statements of database/sql that read and write the same rows on the same kind of database, with pools like
// those of cinecircle. Pages are rows rendered by html/template, filled up to the same length. They check nothing. The
// difference is the price of what cinecircle does beyond that. A third one has sockets, see usual.
package yardstick

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// The yardsticks.
const (
	Static = "static" // net/http with a constant body, and a comparison of passwords
	SQL    = "sql"    // net/http and database/sql
	Usual  = "usual"  // gin, GORM and melody
)

// SignInPath is where the static yardstick signs in: it compares the password in a JSON body with its only hash, which it
// makes at the first request for the query parameter cost.
const SignInPath = "/signin"

// Request headers.
const (
	HeaderAnswerBytes = "X-Answer-Bytes" // length of the static body
	HeaderMember      = "X-Member"       // id of the signed-in member
)

// maxStatic is the longest static body in bytes.
const maxStatic = 1 << 20

// Serve serves a yardstick on addr until ctx ends or the process receives SIGTERM.
func Serve(ctx context.Context, name, addr string, on database.Config) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	handler, finish, err := open(ctx, name, on)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), finish())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for an answer any more
	err = server.Serve(listener)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, finish())
}

func open(ctx context.Context, name string, on database.Config) (http.Handler, func() error, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	switch name {
	case Static:
		mux.Handle("/", staticAnswer())
		mux.Handle("POST "+SignInPath, new(passwordCheck))
		return mux, func() error { return nil }, nil
	case SQL:
		s, err := openStore(ctx, on)
		if err != nil {
			return nil, nil, err
		}
		s.routes(mux)
		return mux, s.Close, nil
	case Usual:
		u, err := openUsual(ctx, on)
		if err != nil {
			return nil, nil, err
		}
		u.routes(mux) //nolint:contextcheck // handlers have the context of their request
		return mux, u.Close, nil
	}
	return nil, nil, fmt.Errorf("unknown yardstick %q", name)
}

// staticAnswer reads the request and answers with the number of bytes in its header.
func staticAnswer() http.HandlerFunc {
	body := bytes.Repeat([]byte("x"), maxStatic)
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return // the client has gone
		}
		n, err := strconv.Atoi(r.Header.Get(HeaderAnswerBytes))
		if err != nil || n < 0 || n > maxStatic {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		writeAnswer(w, http.StatusOK, body[:n])
	}
}

func writeAnswer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}
