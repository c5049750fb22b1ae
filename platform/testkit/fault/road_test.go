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

// echo is a server that answers what it is sent, and tells what arrived.
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
			go answer(conn, arrived)
		}
	}()
	return l.Addr().String(), arrived
}

func answer(conn net.Conn, arrived chan<- string) {
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

// say sends text on a connection of its own and returns what came back.
func say(t *testing.T, addr, text string, patience time.Duration) (string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
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

func TestARoadCarriesUntilItIsClosed(t *testing.T) {
	server, _ := echo(t)
	road := fault.NewRoad(t, server)
	for range 2 {
		if got, err := say(t, road.Addr, "hello", long); err != nil || got != "hello" {
			t.Errorf("open: %q, %v", got, err)
		}
		road.Close()
		if _, err := say(t, road.Addr, "hello", long); err == nil {
			t.Error("closed, and it carries")
		}
		road.Open(t)
	}
}

func TestWhatIsLostLeavesTheClientWaiting(t *testing.T) {
	server, arrived := echo(t)
	road := fault.NewRoad(t, server)
	road.Lose()
	_, err := say(t, road.Addr, "lost", short)
	if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() {
		t.Errorf("lost: %v, want that it waited in vain", err)
	}
	road.Carry()
	if got, err := say(t, road.Addr, "found", long); err != nil || got != "found" {
		t.Errorf("afterwards: %q, %v", got, err)
	}
	if got := <-arrived; got != "found" {
		t.Errorf("%q arrived first", got)
	}
}

func TestAConnectionBreaksBeforeOrAfterTheServerHasActed(t *testing.T) {
	server, arrived := echo(t)
	road := fault.NewRoad(t, server)
	for _, fate := range []fault.Fate{fault.CutBefore, fault.CutAfterAnswer} {
		road.Judge(func(sent []byte) fault.Fate {
			if bytes.Contains(sent, []byte("commit")) {
				return fate
			}
			return fault.Arrive
		})
		if got, err := say(t, road.Addr, "commit", long); err == nil {
			t.Errorf("fate %d: it was answered with %q", fate, got)
		}
		if got, err := say(t, road.Addr, "harmless", long); err != nil || got != "harmless" {
			t.Errorf("fate %d: something else came back as %q, %v", fate, got, err)
		}
	}
	got := []string{<-arrived, <-arrived, <-arrived}
	if want := [3]string{"harmless", "commit", "harmless"}; [3]string(got) != want {
		t.Errorf("arrived: %q, want %q", got, want)
	}
}
