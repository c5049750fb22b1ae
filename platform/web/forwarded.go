package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// forwardedFor leaves in X-Forwarded-For the address of the client alone, which gin reads. gin itself knows addresses
// neither with a port nor in brackets.
func forwardedFor(o *Origin) gin.HandlerFunc {
	return func(c *gin.Context) {
		if len(o.proxies) > 0 && len(c.Request.Header["X-Forwarded-For"]) > 0 {
			c.Request.Header.Set("X-Forwarded-For", o.clientIP(c.Request))
		}
		c.Next()
	}
}

// clientIP returns the address of the client, "" if there is none: that of the connection, or what the trusted proxies wrote
// into X-Forwarded-For. Each proxy appends the address that it saw, so the list is read from its end, for as long as the
// address there is that of a trusted proxy. An address that cannot be read is replaced by that of the proxy that wrote it.
func (o *Origin) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	client, ok := parseAddr(host)
	if !ok {
		return ""
	}
	if !o.trusts(client) {
		return client.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if hop = strings.TrimSpace(hop); hop == "" {
			continue // RFC 9110 §5.6.1
		}
		seen, ok := parseForwarded(hop)
		if !ok {
			break
		}
		client = seen
		if !o.trusts(client) {
			break
		}
	}
	return client.String()
}

// parseForwarded reads an address as proxies write it into X-Forwarded-For: with or without a port, and IPv6 with or without
// brackets.
func parseForwarded(s string) (netip.Addr, bool) {
	port := ""
	if inner, ok := strings.CutPrefix(s, "["); ok {
		host, rest, closed := strings.Cut(inner, "]")
		if rest, found := strings.CutPrefix(rest, ":"); found {
			s, port = host, rest
		} else {
			s = host
		}
		if !closed || rest != "" && port == "" {
			return netip.Addr{}, false
		}
	} else if strings.Count(s, ":") == 1 {
		s, port, _ = strings.Cut(s, ":")
		if port == "" {
			return netip.Addr{}, false
		}
	}
	if port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return netip.Addr{}, false
		}
	}
	return parseAddr(s)
}

// parseAddr leaves out the zone, which means something on one machine only, and turns IPv4-mapped addresses into IPv4.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr.WithZone("").Unmap(), err == nil
}

// forwardsHTTPS reports whether the first proxy, which the client talks to, says that it uses TLS. Some proxies append to the
// header, and some write wss for a WebSocket.
func forwardsHTTPS(r *http.Request) bool {
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	proto = strings.TrimSpace(proto)
	return strings.EqualFold(proto, "https") || strings.EqualFold(proto, "wss")
}
