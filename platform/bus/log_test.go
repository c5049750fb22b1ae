package bus

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// page is what was written, also by clients of other tests.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) lines() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Split(bytes.TrimSpace(bytes.Clone(p.text.Bytes())), []byte("\n"))
}

func TestMessagesOfTheRedisClientAreLogged(t *testing.T) {
	var written page
	LogClients(slog.New(slog.NewJSONHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug})))
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Ping(t.Context()).Err(); err == nil {
		t.Fatal("something answers on port 1")
	}
	for _, line := range written.lines() {
		var entry struct{ Msg, Message string }
		if err := json.Unmarshal(line, &entry); err != nil || entry.Msg != "message of the Redis client" || entry.Message == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
}
