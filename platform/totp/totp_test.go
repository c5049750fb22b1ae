package totp

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The secret of the test vectors of RFC 6238, appendix B, in base32.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestCodesAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got, err := Code(rfcSecret, time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("at %d: %s, %v, want %s", at, got, err, want)
		}
		if step, ok, err := Match(rfcSecret, " "+want[:3]+" "+want[3:], time.Unix(at, 0), 0); !ok || err != nil || step != at/30 {
			t.Errorf("at %d: step %d, %v, %v", at, step, ok, err)
		}
	}
}

func TestACodeMatchesOneStepEitherWayAndLaterThanTheLast(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	step := at.Unix() / 30
	for _, c := range []struct {
		off, last int64
		want      bool
	}{{0, 0, true}, {-1, 0, true}, {1, 0, true}, {-2, 0, false}, {2, 0, false}, {0, step, false}, {1, step, true}, {-1, step - 1, false}, {1, step + 1, false}} {
		code, err := Code(rfcSecret, at.Add(time.Duration(c.off)*30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, err := Match(rfcSecret, code, at, c.last); ok != c.want || err != nil {
			t.Errorf("%d steps off after step %d: %v, %v", c.off, c.last-step, ok, err)
		}
	}
	for _, wrong := range []string{"", "1", "28708", "2870820", "abcdef", "２８７０８２"} {
		if _, ok, err := Match(rfcSecret, wrong, time.Unix(59, 0), 0); ok || err != nil {
			t.Errorf("%q: %v, %v", wrong, ok, err)
		}
	}
}

func TestAKeyIsReadByApps(t *testing.T) {
	t.Parallel()
	key := NewKey("동네: 영화 모임 & Co", "영화광:1")
	u, err := url.Parse(key.URL)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || strings.Count(u.Path, ":") != 1 {
		t.Fatalf("%s: %v", key.URL, err)
	}
	q := u.Query()
	if len(key.Secret) != 32 || q.Get("secret") != key.Secret || q.Get("issuer") != "동네  영화 모임 & Co" || q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" {
		t.Errorf("%s", key.URL)
	}
	if other := NewKey("a", "b"); other.Secret == key.Secret {
		t.Error("two keys have one secret")
	}
}

func TestTheQRCodeIsAnImageWithATitle(t *testing.T) {
	t.Parallel()
	key := NewKey(strings.Repeat("영", 200), strings.Repeat("화", 200))
	for _, text := range []string{"a", key.URL} {
		svg, err := QR(text, "<QR> & more")
		if err != nil {
			t.Fatal(err)
		}
		var image struct {
			Role  string `xml:"role,attr"`
			Title string `xml:"title"`
			Paths []struct {
				D string `xml:"d,attr"`
			} `xml:"path"`
		}
		if err := xml.Unmarshal([]byte(svg), &image); err != nil {
			t.Fatal(err)
		}
		if image.Role != "img" || image.Title != "<QR> & more" || len(image.Paths) != 2 || !strings.HasPrefix(image.Paths[1].D, "M4 4h7v1h-7z") {
			t.Errorf("%.300s", svg)
		}
	}
	if _, err := QR(strings.Repeat("x", 5000), ""); err == nil {
		t.Error("a text that no QR code holds has one")
	}
}
