package web

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// hostNames converts host names as browsers do (UTS #46, non-transitional; WHATWG URL §3.3).
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false),
	idna.BidiRule(), idna.CheckJoiners(true))

// opaqueSchemes have no origin that a browser sends.
var opaqueSchemes = []string{"about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"}

// CanonicalOrigin returns an origin in the form in which browsers send it (RFC 6454 §6.2): the scheme and host in lower
// case, the host in ASCII, an IPv6 address in its short form, no default port. A custom scheme such as capacitor keeps its
// host as it is. The error says why s is no origin.
func CanonicalOrigin(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", errors.New("it is no URL") // the error of net/url repeats s
	case u.Scheme == "" || u.Hostname() == "":
		return "", errors.New("scheme or host is missing")
	case slices.Contains(opaqueSchemes, u.Scheme):
		return "", fmt.Errorf("browsers send no origin with the scheme %s", u.Scheme)
	case u.User != nil || u.Path != "" && u.Path != "/" || strings.ContainsAny(s, "?#"):
		return "", errors.New("it has more than scheme, host and port")
	case strings.Contains(u.Host, "*"):
		return "", errors.New("there are no wildcards")
	case u.Scheme != "http" && u.Scheme != "https":
		return u.Scheme + "://" + u.Host, nil
	}
	host, err := canonicalHost(u)
	if err != nil {
		return "", err
	}
	port, err := canonicalPort(u)
	return u.Scheme + "://" + host + port, err
}

func canonicalHost(u *url.URL) (string, error) {
	if strings.HasPrefix(u.Host, "[") {
		return canonicalIPv6(u.Hostname())
	}
	host, err := hostNames.ToASCII(u.Hostname())
	if err != nil || host == "" || strings.ContainsAny(host, " %<>\\^`{|}") {
		return "", errors.New("the host is no domain name")
	}
	// Browsers read a host whose last label is a number as an IPv4 address.
	last := host[strings.LastIndex(strings.TrimSuffix(host, "."), ".")+1:]
	if _, err := strconv.ParseUint(strings.TrimSuffix(last, "."), 0, 64); err == nil {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is4() {
			return "", errors.New("an IPv4 address has four decimal numbers")
		}
	}
	return host, nil
}

// canonicalIPv6 differs from netip for IPv4-mapped addresses, which browsers write in hexadecimal.
func canonicalIPv6(host string) (string, error) {
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Zone() != "" {
		return "", errors.New("the host is no IPv6 address without a zone")
	}
	if ip.Is4In6() {
		b := ip.As16()
		return fmt.Sprintf("[::ffff:%x:%x]", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15])), nil
	}
	return "[" + ip.String() + "]", nil
}

// canonicalPort returns ":" and the port, or nothing for the default port of the scheme.
func canonicalPort(u *url.URL) (string, error) {
	if u.Port() == "" {
		return "", nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return "", errors.New("the port is above 65535")
	}
	if text := strconv.FormatUint(port, 10); text != defaultPorts[u.Scheme] {
		return ":" + text, nil
	}
	return "", nil
}

// defaultPorts are the ports that browsers leave out.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// withoutDefaultPort returns the host of a request, or of an origin, as a browser would send it with this scheme. Clients
// and proxies may add the default port.
func withoutDefaultPort(scheme, host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ":")
	return strings.TrimSuffix(host, ":"+defaultPorts[scheme])
}
