#!/usr/bin/env bash
# github.com/gin-gonic/gin v1.12.0.
#
# Behind a trusted proxy that writes X-Forwarded-For with a port, as Azure's Application Gateway does, or an IPv6
# address in brackets, Context.ClientIP returns the address of the proxy: all clients look like one.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/gin-gonic/gin@v1.12.0 <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	if err := e.SetTrustedProxies([]string{"192.0.2.1"}); err != nil {
		panic(err)
	}
	e.GET("/", func(c *gin.Context) { c.String(http.StatusOK, c.ClientIP()) })
	for _, header := range []string{"203.0.113.9", "203.0.113.9:4711", "[2001:db8::1]", "[2001:db8::1]:4711"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "192.0.2.1:5555"
		r.Header.Set("X-Forwarded-For", header)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		fmt.Println(header, "->", w.Body)
	}
}
GO
)
expect '203.0.113.9 -> 203.0.113.9
203.0.113.9:4711 -> 192.0.2.1
[2001:db8::1] -> 192.0.2.1
[2001:db8::1]:4711 -> 192.0.2.1' "$got"
