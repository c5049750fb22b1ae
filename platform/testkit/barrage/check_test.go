package barrage_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/cinecircle/cinecircle/platform/testkit/barrage"
)

func TestRequestIDsAreNotTakenForLeaks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id, detail string
		ok         bool
	}{
		{"CEMYSQLWFDZROXZ5DXORMRUF3B", "The request body cannot be read.", true}, // generated once in 8,000 requests
		{"CEMYSQLWFDZROXZ5DXORMRUF3B", "Error 1064 of MySQL", false},
		{"CEMYSQLWFDZROXZ5DXORMRUF3B", "no such table: users", false},
	} {
		h := http.Header{"Content-Type": {"application/problem+json"}, "X-Request-Id": {c.id}, "X-Content-Type-Options": {"nosniff"}}
		body := fmt.Sprintf(`{"status":400,"type":"about:blank","title":"Bad Request","code":"malformed","detail":%q,"request_id":%q}`, c.detail, c.id)
		if err := barrage.Check(http.MethodPatch, "", http.StatusBadRequest, h, []byte(body)); c.ok != (err == nil) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
