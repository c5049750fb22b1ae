package limit

import "testing"

func TestAddressesThatOneSubscriberHasShareAKey(t *testing.T) {
	for _, tc := range []struct{ addr, want, site string }{
		{"192.0.2.1", "192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:4711", "192.0.2.1", "192.0.2.1"},
		{"::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"2001:db8:1:2::1", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"},
		{"[2001:db8:1:2::1]:443", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"fe80::1%eth0", "fe80::/64", "fe80::/48"},
		{"::1", "::/64", "::/48"},
		{"", "unknown", "unknown"},
		{"@", "unknown", "unknown"},
		{"192.0.2.1, 10.0.0.1", "unknown", "unknown"},
		{"192.0.2.256", "unknown", "unknown"},
	} {
		if got := AddressKey(tc.addr); got != tc.want {
			t.Errorf("AddressKey(%q) = %q, want %q", tc.addr, got, tc.want)
		}
		if got := siteKey(tc.addr); got != tc.site {
			t.Errorf("siteKey(%q) = %q, want %q", tc.addr, got, tc.site)
		}
	}
}
