package live

import (
	"net"
	"testing"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

// It guards the memory of an idle socket against a change that doubles it. The clients' ends of the
// connections count as well. docs/performance.md has the figure of a real process.
func TestIdleSocketIsSmall(t *testing.T) {
	const bytes, sockets = 20_000, 300 // of heap and stacks
	k := start(t, noSweep)
	first, _ := sockettest.Raw(t, k.url+query(me)) // allocates what is allocated once
	before := sockettest.InUse()
	conns := []net.Conn{first}
	for user := range int64(sockets) {
		conn, _ := sockettest.Raw(t, k.url+query(user+10))
		conns = append(conns, conn)
	}
	eventually(t, "the handlers have returned", func() bool { return sockettest.InUse() < before+sockets*bytes })
	t.Logf("%d bytes a socket", (sockettest.InUse()-before)/sockets)
	for _, conn := range conns {
		_ = conn.Close()
	}
}
