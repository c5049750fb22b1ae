package site_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestOversizedFormsAreRefusedWithAPage(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for name, body := range map[string]*http.Request{
		"with a length": b.request("/preferences", "theme", strings.Repeat("a", 256<<10)),
		"in chunks":     inChunks(b.request("/preferences", "theme", strings.Repeat("a", 256<<10))),
	} {
		p := b.send(body)
		p.has(t, http.StatusRequestEntityTooLarge, "The request body is too large.", "<!doctype html>")
		if cookies := p.header.Values("Set-Cookie"); len(cookies) > 0 {
			t.Errorf("%s: it sets %v", name, cookies)
		}
	}
	b.join("mina")
	b.upload("/settings/image", bytes.Repeat([]byte("a"), 11<<19)).has(t, http.StatusUnprocessableEntity, "at most 5 MB")
	b.upload("/settings/image", bytes.Repeat([]byte("a"), 7<<20)).has(t, http.StatusRequestEntityTooLarge)
}

func inChunks(r *http.Request) *http.Request {
	r.ContentLength = -1
	return r
}
