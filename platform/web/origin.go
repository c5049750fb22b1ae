package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Origin is the origin of this service as browsers see it, together with the proxies and the other origins that it trusts.
type Origin struct {
	public  string // the public URL, "" when it is unknown
	https   bool
	proxies []netip.Prefix
	allowed map[string]bool
	csrf    *http.CrossOriginProtection
}

// NewOrigin takes the public URL ("" when it is unknown), the proxies whose headers are trusted (addresses or
// CIDRs), and the other origins whose pages may use the API with credentials. Origins may have any spelling that
// [CanonicalOrigin] reads.
func NewOrigin(publicURL string, proxies, allowed []string) (*Origin, error) {
	o := &Origin{
		https:   strings.HasPrefix(publicURL, "https://"),
		allowed: make(map[string]bool, len(allowed)),
		csrf:    http.NewCrossOriginProtection(),
	}
	for _, p := range proxies {
		prefix, err := parsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: %w", p, err)
		}
		o.proxies = append(o.proxies, prefix)
	}
	if publicURL != "" { // behind a proxy the Host may differ from the one that browsers see
		canonical, err := o.trustOrigin(publicURL)
		if err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
		o.public = canonical
	}
	for _, a := range allowed {
		canonical, err := o.trustOrigin(a)
		if err != nil {
			return nil, fmt.Errorf("allowed origin: %w", err)
		}
		o.allowed[canonical] = true
	}
	return o, nil
}

func (o *Origin) trustOrigin(s string) (canonical string, err error) {
	if canonical, err = CanonicalOrigin(s); err != nil {
		return "", err
	}
	return canonical, o.csrf.AddTrustedOrigin(canonical)
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

func (o *Origin) proxyNames() []string {
	names := make([]string, len(o.proxies))
	for i, p := range o.proxies {
		names[i] = p.String()
	}
	return names
}

// HTTPS reports whether the client uses TLS: with this service, with the public URL, or with a trusted proxy.
func (o *Origin) HTTPS(r *http.Request) bool {
	if o.https || r.TLS != nil {
		return true
	}
	return forwardsHTTPS(r) && o.trustsPeer(r.RemoteAddr)
}

// trustsPeer reports whether a connection from this address and port is that of a trusted proxy.
func (o *Origin) trustsPeer(remote string) bool {
	if len(o.proxies) == 0 {
		return false
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	addr, ok := parseAddr(host)
	return ok && o.trusts(addr)
}

func (o *Origin) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(o.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// Foreign reports whether a browser sent r from a page of another origin that is not allowed.
// Unlike http.CrossOriginProtection it also checks reads, because a WebSocket begins with one, compares schemes where they
// are known, and takes the default ports for equal.
func (o *Origin) Foreign(r *http.Request) bool {
	probe := &http.Request{Method: http.MethodPost, Host: r.Host, URL: r.URL, Header: r.Header}
	origin := r.Header.Get("Origin")
	scheme, host, isURL := strings.Cut(origin, "://")
	if isURL && withoutDefaultPort(scheme, host) == withoutDefaultPort(scheme, r.Host) {
		probe.Host = host
	}
	if o.csrf.Check(probe) != nil {
		return true
	}
	// Check compares hosts only, but http://host and app://host are other origins than https://host.
	switch {
	case !isURL || o.allowed[origin]:
		return false
	case scheme == "http":
		return o.HTTPS(r)
	}
	return scheme != "https"
}
