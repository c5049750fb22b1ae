package notify

import "time"

// Frames of a client are ignored up to this many; then it is a flood. Its bytes are counted beneath its
// frames, because the WebSocket library reads on over empty fragments without telling anybody; frames
// that may be ignored never come near those limits.
const (
	clientFrames     = 10 // a second
	clientFrameBurst = 50
	clientBytes      = 48 << 10 // a second
	clientByteBurst  = 256 << 10
)

// meter counts what comes from a client, in one word: the time at which it has all been earned back.
// The zero meter has counted nothing. It is used by one goroutine.
type meter struct{ until time.Time }

// allow counts n more, and reports whether that is within a rate per second and a burst.
func (m *meter) allow(now time.Time, n, perSecond, burst int) bool {
	one := time.Second / time.Duration(perSecond)
	if m.until.Before(now) {
		m.until = now
	}
	m.until = m.until.Add(time.Duration(n) * one)
	return m.until.Sub(now) <= time.Duration(burst)*one
}
