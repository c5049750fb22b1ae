package attack_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/platform/testkit/barrage"
)

// attackReport counts requests and responses.
type attackReport struct {
	mu       sync.Mutex
	statuses map[int]int            // guarded by mu
	seen     map[string]map[int]int // guarded by mu; by operation
	took     []time.Duration        // guarded by mu
	longest  time.Duration          // guarded by mu
	slowest  string                 // guarded by mu; the request that took it
}

func (r *attackReport) announce(operations []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen != nil {
		return
	}
	r.statuses, r.seen = map[int]int{}, map[string]map[int]int{}
	for _, name := range operations {
		r.seen[name] = map[int]int{}
	}
}

func (r *attackReport) add(request *barrage.Request, status int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if took > r.longest {
		r.longest, r.slowest = took, request.String()
	}
	r.took = append(r.took, took)
	r.statuses[status]++
	r.seen[request.Operation][status]++
}

// unreachable are operations that need what the generator cannot have: a real server, an app, mail.
var unreachable = map[string]bool{
	"GET /notifications": true, "POST /users/me/totp/confirm": true, "DELETE /users/me/totp": true,
	"PUT /users/me/email": true, "POST /users/email_confirm": true, "POST /users/password_forgotten": true,
}

// unreached returns the operations without a successful response, except those that are unreachable.
func (r *attackReport) unreached() []string {
	var names []string
	for name, statuses := range r.seen {
		succeeded := 0
		for status, count := range statuses {
			if status < http.StatusBadRequest {
				succeeded += count
			}
		}
		if succeeded == 0 && !unreachable[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (r *attackReport) String() string {
	slices.Sort(r.took)
	at := func(share float64) time.Duration {
		return r.took[int(share*float64(len(r.took)-1))].Round(10 * time.Microsecond)
	}
	pairs := 0
	for _, statuses := range r.seen {
		pairs += len(statuses)
	}
	lines := []string{
		fmt.Sprintf("%d requests to %d operations, %d pairs of operation and status", len(r.took), len(r.seen), pairs),
		fmt.Sprintf("p50 %s, p99 %s, longest %s: %.200s", at(0.5), at(0.99), at(1), r.slowest),
	}
	for _, status := range slices.Sorted(maps.Keys(r.statuses)) {
		lines = append(lines, fmt.Sprintf("%d: %d", status, r.statuses[status]))
	}
	return strings.Join(lines, "\n")
}
