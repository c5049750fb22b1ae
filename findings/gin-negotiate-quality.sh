#!/usr/bin/env bash
# github.com/gin-gonic/gin v1.12.0.
#
# Context.NegotiateFormat, and so Context.Negotiate, drops the quality values of Accept and goes by the order of the header:
# what a client likes least is sent if it stands first, and so is what it excludes with q=0. RFC 9110, section 12.4.2, gives
# order no meaning. Media types are compared with regard to case, which section 8.3.1 rules out.
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
	e.GET("/", func(c *gin.Context) {
		c.String(http.StatusOK, "%q", c.NegotiateFormat(gin.MIMEHTML, gin.MIMEJSON))
	})
	for _, accept := range []string{
		"application/json, text/html;q=0.1",
		"text/html;q=0.1, application/json",
		"text/html;q=0, application/json",
		"*/*;q=0.1, application/json",
		"Application/JSON",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		fmt.Println(accept, "->", w.Body)
	}
}
GO
)
expect 'application/json, text/html;q=0.1 -> "application/json"
text/html;q=0.1, application/json -> "text/html"
text/html;q=0, application/json -> "text/html"
*/*;q=0.1, application/json -> "text/html"
Application/JSON -> ""' "$got"
