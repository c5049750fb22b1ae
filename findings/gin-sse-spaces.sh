#!/usr/bin/env bash
# github.com/gin-gonic/gin v1.12.0 (gin-contrib/sse v1.1.2), read by github.com/tmaxmax/go-sse v0.11.0.
#
# Context.SSEvent writes no space after "data:". A reader of server-sent events takes one away there (HTML, section 9.2.6), so
# each line loses the first space of its own: words that are sent one by one run together, and indented text is moved. A
# carriage return arrives as a backslash and an r.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/gin-gonic/gin@v1.12.0 github.com/gin-contrib/sse@v1.1.2 github.com/tmaxmax/go-sse@v0.11.0 <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"
	"github.com/tmaxmax/go-sse"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	sent := []string{"It", " rains", " all", " day", "Act 1\n scene\r\n  end"}
	e.GET("/", func(c *gin.Context) {
		for _, text := range sent {
			c.SSEvent("word", text)
		}
	})
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	i := 0
	for event, err := range sse.Read(w.Body, nil) {
		fmt.Printf("%q -> %q %v\n", sent[i], event.Data, err)
		i++
	}
}
GO
)
expect '"It" -> "It" <nil>
" rains" -> "rains" <nil>
" all" -> "all" <nil>
" day" -> "day" <nil>
"Act 1\n scene\r\n  end" -> "Act 1\nscene\\r\n end" <nil>' "$got"
