package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// Edge is what the program knows of the way by which requests reach it.
type Edge struct {
	https   bool
	proxies []netip.Prefix
	origins map[string]bool
	csrf    *http.CrossOriginProtection
}

// NewEdge takes the public URL ("" when unknown), the proxies whose headers count (addresses or
// CIDRs, none by default), and the other origins whose pages may use the API with credentials.
func NewEdge(publicURL string, proxies, origins []string) (*Edge, error) {
	e := &Edge{
		https:   strings.HasPrefix(publicURL, "https://"),
		origins: make(map[string]bool, len(origins)),
		csrf:    http.NewCrossOriginProtection(),
	}
	for _, p := range proxies {
		prefix, err := parsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: %w", p, err)
		}
		e.proxies = append(e.proxies, prefix)
	}
	if publicURL != "" { // behind a proxy the Host may be another than the one that browsers see
		u, err := url.Parse(publicURL)
		if err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
		if err := e.csrf.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	for _, o := range origins {
		if err := e.csrf.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("allowed origin: %w", err)
		}
		e.origins[o] = true
	}
	return e, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return addr.Prefix(addr.BitLen())
}

func (e *Edge) proxyNames() []string {
	names := make([]string, len(e.proxies))
	for i, p := range e.proxies {
		names[i] = p.String()
	}
	return names
}

// HTTPS reports whether the client speaks TLS: to us, to the public URL, or to a proxy that we trust.
func (e *Edge) HTTPS(r *http.Request) bool {
	if e.https || r.TLS != nil {
		return true
	}
	return r.Header.Get("X-Forwarded-Proto") == "https" && e.trusted(r.RemoteAddr)
}

func (e *Edge) trusted(remote string) bool {
	if len(e.proxies) == 0 {
		return false
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range e.proxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// Foreign reports whether a browser sent r from a page of another origin that is not allowed.
// Unlike http.CrossOriginProtection it judges reads as well, because a socket begins with one.
func (e *Edge) Foreign(r *http.Request) bool {
	probe := &http.Request{Method: http.MethodPost, Host: r.Host, URL: r.URL, Header: r.Header}
	if e.csrf.Check(probe) != nil {
		return true
	}
	// The check compares hosts only: a page on http:// is another origin than ours on https:// all the same.
	origin := r.Header.Get("Origin")
	return strings.HasPrefix(origin, "http://") && e.HTTPS(r) && !e.origins[origin]
}

// corsHeaders are what pages of an allowed origin may send and read beyond the safelisted ones.
const (
	corsRequestHeaders  = "Authorization, Content-Type, If-None-Match, X-Request-ID"
	corsResponseHeaders = "ETag, Link, Location, Retry-After, X-Request-ID, X-Unread-Count"
	corsMethods         = "GET, HEAD, POST, PATCH, DELETE"
)

// cors lets pages of the allowed origins use the API with credentials (Fetch standard §3.2).
func cors(e *Edge) gin.HandlerFunc {
	return func(c *gin.Context) {
		if len(e.origins) == 0 {
			return
		}
		h := c.Writer.Header()
		h.Add("Vary", "Origin")
		origin := c.GetHeader("Origin")
		if !e.origins[origin] {
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", corsResponseHeaders)
		if c.Request.Method == http.MethodOptions && c.GetHeader("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", corsMethods)
			h.Set("Access-Control-Allow-Headers", corsRequestHeaders)
			h.Set("Access-Control-Max-Age", "600")
		}
	}
}
