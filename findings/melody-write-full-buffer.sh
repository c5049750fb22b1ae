#!/usr/bin/env bash
# github.com/olahol/melody v1.4.0, github.com/gorilla/websocket v1.5.3.
#
# Session.Write returns nil for a message that it dropped because the session's buffer is full. Only HandleError hears
# of it.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/olahol/melody@v1.4.0 github.com/gorilla/websocket@v1.5.3 <<'GO'
package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

func main() {
	m := melody.New()
	m.Config.MessageBufferSize = 4
	var full atomic.Int64
	m.HandleError(func(_ *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			full.Add(1)
		}
	})
	connected := make(chan *melody.Session, 1)
	m.HandleConnect(func(s *melody.Session) { connected <- s })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = m.HandleRequest(w, r) }))
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	s := <-connected
	big := make([]byte, 1<<20) // nobody reads, so the first ones fill the kernel's buffers
	failed := 0
	for range 200 {
		if err := s.Write(big); err != nil {
			failed++
		}
	}
	fmt.Printf("200 writes that nobody reads: %d returned an error, dropped and reported to HandleError: %t\n", failed, full.Load() > 100)
}
GO
)
expect '200 writes that nobody reads: 0 returned an error, dropped and reported to HandleError: true' "$got"
