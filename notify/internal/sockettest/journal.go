package sockettest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// Journal is a log that a test can read.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Logger returns a logger that writes into j.
func (j *Journal) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// Write implements io.Writer.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// Count returns how often text is in the log.
func (j *Journal) Count(text string) int { return strings.Count(j.String(), text) }

func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
