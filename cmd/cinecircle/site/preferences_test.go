package site

import (
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestLanguageComesFromTheCookieOrTheBrowser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ accept, cookie, want string }{
		{"", "", "en"},
		{"ko-KR,ko;q=0.9,en;q=0.8", "", "ko"},
		{"ko", "lang=en", "en"},
		{"en", "lang=ko; theme=dark", "ko"},
		{"fr", "lang=fr", "en"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		r.Header.Set("Cookie", c.cookie)
		g, _ := gin.CreateTestContext(httptest.NewRecorder())
		g.Request = r
		if got := preferencesOf(g).Lang; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
