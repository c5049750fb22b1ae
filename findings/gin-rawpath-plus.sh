#!/usr/bin/env bash
# github.com/gin-gonic/gin v1.12.0.
#
# With UseRawPath or UseEscapedPath, which keep an escaped slash within its segment, gin decodes a value of the path as one of
# a query: a plus becomes a space. In a path it is a plus (RFC 3986, section 3.3). UseRawPath does so only in a path
# with an escape that Go would not write itself, such as %2F or small letters: the same title comes out in two ways.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/gin-gonic/gin@v1.12.0 <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"
)

func param(path string, raw, escaped bool) string {
	e := gin.New()
	e.UseRawPath, e.UseEscapedPath = raw, escaped
	e.GET("/films/:title", func(c *gin.Context) { c.String(http.StatusOK, "%q", c.Param("title")) })
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Body.String()
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	for _, path := range []string{
		"/films/Romeo+Juliet", "/films/Romeo%2BJuliet", "/films/Face%2FOff+1", "/films/%EA%B8%B0+1", "/films/%ea%b8%b0+1",
	} {
		fmt.Println(path, "| default", param(path, false, false), "| UseRawPath", param(path, true, false), "| UseEscapedPath",
			param(path, false, true))
	}
}
GO
)
expect '/films/Romeo+Juliet | default "Romeo+Juliet" | UseRawPath "Romeo+Juliet" | UseEscapedPath "Romeo Juliet"
/films/Romeo%2BJuliet | default "Romeo+Juliet" | UseRawPath "Romeo+Juliet" | UseEscapedPath "Romeo+Juliet"
/films/Face%2FOff+1 | default 404 page not found | UseRawPath "Face/Off 1" | UseEscapedPath "Face/Off 1"
/films/%EA%B8%B0+1 | default "기+1" | UseRawPath "기+1" | UseEscapedPath "기 1"
/films/%ea%b8%b0+1 | default "기+1" | UseRawPath "기 1" | UseEscapedPath "기 1"' "$got"
