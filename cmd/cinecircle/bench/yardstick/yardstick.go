// Package yardstick is what cinecircle is measured against, as servers of their own: net/http with an
// answer that is there already, and net/http with prepared statements of database/sql that ask the
// same of the same database, on pools that are set up as cinecircle's. They check nothing and promise
// nothing: what cinecircle takes more is the price of what it does more.
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
	Static = "static" // net/http, and an answer that is there already
	SQL    = "sql"    // net/http and database/sql
)

// The headers by which they are told what cinecircle knows from elsewhere.
const (
	HeaderAnswerBytes = "X-Answer-Bytes" // how long the static answer is to be
	HeaderMember      = "X-Member"       // who is asking
)

// maxStatic is the longest static answer in bytes.
const maxStatic = 1 << 20

// Serve serves a yardstick on addr until ctx or the process is told to end.
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
	context.AfterFunc(ctx, func() { _ = server.Close() }) // whoever measured has gone
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
		return mux, func() error { return nil }, nil
	case SQL:
		s, err := openStore(ctx, on)
		if err != nil {
			return nil, nil, err
		}
		s.routes(mux)
		return mux, s.Close, nil
	}
	return nil, nil, fmt.Errorf("there is no yardstick %q", name)
}

// staticAnswer reads the request and answers it with as many bytes as it asks for.
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
