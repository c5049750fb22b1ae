package fault_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// echo starts a server that sends back what it receives. It returns its address and what it received.
func echo(t *testing.T) (string, <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	arrived := make(chan string, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go sendBack(conn, arrived)
		}
	}()
	return l.Addr().String(), arrived
}

func sendBack(conn net.Conn, arrived chan<- string) {
	defer conn.Close()
	buf := make([]byte, 64)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		arrived <- string(buf[:n])
		_, _ = conn.Write(buf[:n])
	}
}

// exchange sends text on a new connection and returns the response.
func exchange(t *testing.T, addr, text string, timeout time.Duration) (string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		return "", err
	}
	buf := make([]byte, len(text))
	_, err = io.ReadFull(conn, buf)
	return string(buf), err
}

const long, short = 20 * time.Second, 50 * time.Millisecond

func TestProxyForwardsUntilItIsClosed(t *testing.T) {
	server, _ := echo(t)
	proxy := fault.NewProxy(t, server)
	for range 2 {
		if got, err := exchange(t, proxy.Addr, "hello", long); err != nil || got != "hello" {
			t.Errorf("open: %q, %v", got, err)
		}
		proxy.Close()
		if _, err := exchange(t, proxy.Addr, "hello", long); err == nil {
			t.Error("the closed proxy forwards")
		}
		proxy.Open(t)
	}
}

func TestClientTimesOutWhileTheProxyDrops(t *testing.T) {
	server, arrived := echo(t)
	proxy := fault.NewProxy(t, server)
	proxy.Drop()
	_, err := exchange(t, proxy.Addr, "dropped", short)
	if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() {
		t.Errorf("dropping: %v, want a timeout", err)
	}
	proxy.Resume()
	if got, err := exchange(t, proxy.Addr, "forwarded", long); err != nil || got != "forwarded" {
		t.Errorf("resumed: %q, %v", got, err)
	}
	if got := <-arrived; got != "forwarded" {
		t.Errorf("%q arrived first", got)
	}
}

func TestProxyDropsAConnectionFromAMessageOn(t *testing.T) {
	server, arrived := echo(t)
	proxy := fault.NewProxy(t, server)
	proxy.Intercept(func(sent []byte) fault.Action {
		if bytes.Contains(sent, []byte("commit")) {
			return fault.DropRequest
		}
		return fault.Forward
	})
	_, err := exchange(t, proxy.Addr, "commit", short)
	if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() {
		t.Errorf("dropping: %v, want a timeout", err)
	}
	if got, err := exchange(t, proxy.Addr, "harmless", long); err != nil || got != "harmless" {
		t.Errorf("another connection got %q, %v", got, err)
	}
	if got := <-arrived; got != "harmless" {
		t.Errorf("%q arrived first", got)
	}
}

func TestProxyCutsBeforeTheRequestOrBeforeTheResponse(t *testing.T) {
	server, arrived := echo(t)
	proxy := fault.NewProxy(t, server)
	for _, action := range []fault.Action{fault.CutRequest, fault.CutResponse} {
		proxy.Intercept(func(sent []byte) fault.Action {
			if bytes.Contains(sent, []byte("commit")) {
				return action
			}
			return fault.Forward
		})
		if got, err := exchange(t, proxy.Addr, "commit", long); err == nil {
			t.Errorf("action %d: the response is %q", action, got)
		}
		if got, err := exchange(t, proxy.Addr, "harmless", long); err != nil || got != "harmless" {
			t.Errorf("action %d: another request got %q, %v", action, got, err)
		}
	}
	got := []string{<-arrived, <-arrived, <-arrived}
	if want := [3]string{"harmless", "commit", "harmless"}; [3]string(got) != want {
		t.Errorf("arrived: %q, want %q", got, want)
	}
}
