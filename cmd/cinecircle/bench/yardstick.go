package main

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
)

// The yardsticks.
const (
	yardstickStatic = "static" // net/http, and an answer that is there already
	yardstickSQL    = "sql"    // net/http and database/sql
)

// maxStatic is the longest static answer in bytes.
const maxStatic = 1 << 20

// serveYardstick is what a child process does: it serves one yardstick until it is told to end.
func serveYardstick(ctx context.Context, o options) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	handler, finish, err := openYardstick(ctx, o)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
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

func openYardstick(ctx context.Context, o options) (http.Handler, func() error, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	switch o.yardstick {
	case yardstickStatic:
		mux.Handle("/", staticAnswer())
		return mux, func() error { return nil }, nil
	case yardstickSQL:
		s, err := openStore(ctx, o.database)
		if err != nil {
			return nil, nil, err
		}
		s.routes(mux)
		return mux, s.Close, nil
	}
	return nil, nil, fmt.Errorf("there is no yardstick %q", o.yardstick)
}

// staticAnswer reads the request and answers it with as many bytes as it asks for.
func staticAnswer() http.HandlerFunc {
	body := bytes.Repeat([]byte("x"), maxStatic)
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return // the client has gone
		}
		n, err := strconv.Atoi(r.Header.Get(headerAnswerBytes))
		if err != nil || n < 0 || n > maxStatic {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		writeAnswer(w, http.StatusOK, body[:n])
	}
}

func writeAnswer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", kindJSON)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}
