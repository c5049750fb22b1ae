package limit

import "net/netip"

// unknownAddress is the common key of all texts that are not addresses, so that they share one limit.
const unknownAddress = "unknown"

// AddressKey returns the key of a client's address: the address itself for IPv4, and its /64 for IPv6, because a
// subscriber has at least that many addresses (RFC 6177). A port and a zone are ignored. IPv6 addresses that stand for
// an IPv4 address have the key of that one: ::ffff:192.0.2.1 (RFC 4291), 64:ff9b::192.0.2.1 behind a translator
// (RFC 6052), and 2002:c000:201::1 of a 6to4 host (RFC 3056). The key of any other text is "unknown".
func AddressKey(addr string) string { return addressPrefix(addr, 64) }

// NetworkKey is AddressKey with the /48 for IPv6, which sites and free tunnels have. For IPv4 it is AddressKey,
// because neighbours there are strangers, and a carrier may put thousands of people behind one address already.
func NetworkKey(addr string) string { return addressPrefix(addr, 48) }

func addressPrefix(addr string, bits6 int) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		ap, err := netip.ParseAddrPort(addr)
		if err != nil {
			return unknownAddress
		}
		ip = ap.Addr()
	}
	ip = embedded(ip.Unmap().WithZone(""))
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, bits6).Masked().String()
}

var (
	translated = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
)

// embedded returns the IPv4 address that an IPv6 address contains, or ip without one.
func embedded(ip netip.Addr) netip.Addr {
	b := ip.As16()
	switch {
	case translated.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}
