package live

import "time"

// Frames of a client are ignored up to this rate; above it the socket is closed. Bytes are metered as well,
// because the WebSocket library reads empty fragments without reporting them; a client that stays below
// the limit of frames never reaches that of bytes.
const (
	clientFrames     = 10 // per second
	clientFrameBurst = 50
	clientBytes      = 48 << 10 // per second
	clientByteBurst  = 256 << 10
)

// meter is a leaky bucket in one word: the time at which it is empty again. The zero meter is empty. It is
// used by one goroutine.
type meter struct{ empty time.Time }

// allow adds n and reports whether the meter stays within a rate per second and a burst.
func (m *meter) allow(now time.Time, n, perSecond, burst int) bool {
	one := time.Second / time.Duration(perSecond)
	if m.empty.Before(now) {
		m.empty = now
	}
	m.empty = m.empty.Add(time.Duration(n) * one)
	return m.empty.Sub(now) <= time.Duration(burst)*one
}
