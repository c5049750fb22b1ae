package live

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A browser keeps its side open until the server has closed the connection, so the wait must end with its close frame.
func TestTheWaitForAnAnswerEndsWithTheCloseFrame(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		if !sendClose(conn, closeReason{4001, "Invalid token"}) {
			t.Error("the close frame was not sent")
		}
		awaitClose(conn, time.Hour)
		close(ended)
	}))
	defer server.Close()
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	defer func() { _ = conn.Close() }()
	if err := conn.WriteMessage(websocket.TextMessage, []byte("sent before the close frame came")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, 4001) { // the library answers with a close frame
		t.Fatalf("read: %v, want a close frame with 4001", err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second): // passes only when the test fails
		t.Error("the server still waits after the close frame")
	}
}
