package live

import (
	"context"
	"time"

	"github.com/gorilla/websocket"
)

// pingTurns is how many groups of sockets are pinged one after the other in a ping period.
const pingTurns = 16

// pingWait is how long a ping waits for a frame that is being written to the same socket.
const pingWait = 10 * time.Millisecond

// pingEvery pings each socket once in a period until ctx ends. It does so in place of melody, which has a timer for each
// socket, and whose write goroutine would keep the larger stack that its first write needs. An idle socket never needs it.
func (h *Hub) pingEvery(ctx context.Context, period time.Duration) {
	tick := time.NewTicker(max(period/pingTurns, time.Millisecond))
	defer tick.Stop()
	var conns []*websocket.Conn // kept from one turn to the next
	for turn := uint8(0); ; turn = (turn + 1) % pingTurns {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		conns = h.connectionsOf(turn, conns[:0])
		h.ping(conns)
		clear(conns)
	}
}

// ping sends a ping to each connection. One that cannot take it at once gets none: its reader is behind, which the sweep
// sees, or gone, and then no pong extends its read deadline.
func (h *Hub) ping(conns []*websocket.Conn) {
	defer h.recovered("ping")
	for _, conn := range conns {
		_ = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(pingWait))
	}
}

// connectionsOf appends the connections of the open sockets with this turn.
func (h *Hub) connectionsOf(turn uint8, conns []*websocket.Conn) []*websocket.Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.each(func(k *socket) {
		if k.turn == turn && k.session != nil && k.reason == nil {
			conns = append(conns, k.session.WebsocketConnection())
		}
	})
	return conns
}
