package app

import (
	"math"
	"net/netip"
	"slices"
	"strings"
)

// maxTrustedShare is the part of all addresses that trusted proxies may have without a warning. All private networks
// together have less; fc00::/7 is a 128th.
const maxTrustedShare = 1.0 / 16

// warn logs settings that are valid and nevertheless dangerous.
func (a *App) warn() {
	if a.weakness != "" {
		a.log.Warn("auth.secret can be guessed, and whoever guesses it can sign in as anybody: replace it with a random one",
			"event", "weak_secret", "weakness", a.weakness)
	}
	if v4, v6 := trustedShare(a.config.Server.TrustedProxies); max(v4, v6) > maxTrustedShare {
		a.log.Warn("server.trusted_proxies trusts strangers: every client can choose its own address, and so evade rate limits; list only your proxies",
			"event", "trusts_everybody", "trusted_proxies", strings.Join(a.config.Server.TrustedProxies, ","))
	}
}

// trustedShare returns which parts of all IPv4 and of all IPv6 addresses the proxies have.
func trustedShare(proxies []string) (v4, v6 float64) {
	var prefixes []netip.Prefix
	for _, p := range proxies {
		if prefix, ok := prefixOf(p); ok {
			prefixes = append(prefixes, prefix)
		}
	}
	// Two prefixes are disjoint, or one contains the other. The larger ones come first.
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int { return a.Bits() - b.Bits() })
	for i, p := range prefixes {
		if slices.ContainsFunc(prefixes[:i], func(larger netip.Prefix) bool { return larger.Contains(p.Addr()) }) {
			continue
		}
		share := math.Ldexp(1, -p.Bits())
		if p.Addr().Is4() {
			v4 += share
		} else {
			v6 += share
		}
	}
	return v4, v6
}

// prefixOf parses an address or a CIDR. IPv4 addresses that are written as IPv6 (::ffff:0:0/96) are IPv4.
func prefixOf(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, false // the configuration was validated before
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), true
}
