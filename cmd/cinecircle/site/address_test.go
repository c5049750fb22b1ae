package site

import (
	"testing"

	"github.com/cinecircle/cinecircle/platform/page"
)

func TestRedirectsStayOnThisSite(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"/", "/film/7?sort=-id#talk", "/member/1"} {
		if localPath(good) != good {
			t.Errorf("%q was refused", good)
		}
	}
	for _, bad := range []string{"", "film/7", "//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/a\nb", "\t/a", "/%zz"} {
		if got := localPath(bad); got != "" {
			t.Errorf("%q was taken for %q", bad, got)
		}
	}
}

func TestCursorsAreParsedAsTheyWereEncoded(t *testing.T) {
	t.Parallel()
	for _, key := range []page.Key{{ID: 7}, {ID: 1, Num: 12}, {ID: 3, Text: "기생충 & ?"}} {
		if got, ok := page.ParseCursor(nil, key.Cursor(nil)); !ok || got != key {
			t.Errorf("%+v came back as %+v, %v", key, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "e30", "eyJpIjotMX0", "AAAA////"} {
		if got, ok := page.ParseCursor(nil, bad); ok {
			t.Errorf("%q was taken for %+v", bad, got)
		}
	}
}
