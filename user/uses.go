package user

import (
	"maps"
	"sync"
	"time"
)

// uses collects when personal tokens were last used, so that a request with one does not write to the database.
type uses struct {
	mu sync.Mutex
	at map[int64]time.Time // by the id of the token; guarded by mu
}

func (u *uses) note(tokenID int64, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = map[int64]time.Time{}
	}
	u.at[tokenID] = at
}

// of returns when a token was used since the last take.
func (u *uses) of(tokenID int64) (time.Time, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	at, ok := u.at[tokenID]
	return at, ok
}

// take returns what was collected since the last take.
func (u *uses) take() map[int64]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := maps.Clone(u.at)
	u.at = nil
	return all
}
