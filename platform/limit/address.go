package limit

import "net/netip"

// unknownAddress is the one key of everything that is no address, so that garbage cannot buy a
// fresh limit.
const unknownAddress = "unknown"

// AddressKey returns what stands for a client's address in a limit: the address itself for IPv4,
// and its /64 for IPv6, because one subscriber has that many to choose from (RFC 6177). A port and
// a zone are ignored, and ::ffff:192.0.2.1 is 192.0.2.1. Anything else is "unknown".
func AddressKey(addr string) string {
	return addressPrefix(addr, 64)
}

// siteKey is coarser: for IPv6 the /48, of which whole sites, and free tunnels, have one.
func siteKey(addr string) string {
	return addressPrefix(addr, 48)
}

func addressPrefix(addr string, bits6 int) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		ap, err := netip.ParseAddrPort(addr)
		if err != nil {
			return unknownAddress
		}
		ip = ap.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, bits6).Masked().String()
}
