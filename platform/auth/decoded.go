package auth

import (
	"strings"
	"sync"
)

// maxDecoded limits the tokens that are remembered, which take less than 1 KB each.
const maxDecoded = 4096

// decoded remembers the claims of access tokens whose signature is valid, because a client sends the same token for half an
// hour, and decoding it takes 8 µs. What depends on the time is checked at every use. The zero value is ready to use.
type decoded struct {
	mu     sync.RWMutex
	tokens map[string]claims // guarded by mu
}

func (d *decoded) get(token string) (claims, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	c, ok := d.tokens[token]
	return c, ok
}

// put remembers a token. When there are too many it forgets them all: those that are in use come back.
func (d *decoded) put(token string, c claims) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tokens == nil || len(d.tokens) >= maxDecoded {
		d.tokens = map[string]claims{}
	}
	d.tokens[strings.Clone(token)] = c // a token from a cookie is a part of the whole header
}
