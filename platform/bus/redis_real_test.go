package bus

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// redisVariable names the environment variable with the URL of a real Redis; make test-redis starts one.
const redisVariable = "CINECIRCLE_TEST_REDIS"

// realRedis returns the address of the Redis that the variable names.
func realRedis(t *testing.T) (addr string, ok bool) {
	t.Helper()
	text := os.Getenv(redisVariable)
	if text == "" {
		t.Logf("needs a Redis in %s", redisVariable)
		return "", false
	}
	opt, err := redis.ParseURL(text)
	if err != nil {
		t.Fatalf("%s is not the URL of a Redis: %v", redisVariable, err)
	}
	return opt.Addr, true
}

func TestRealRedisDeliversEveryMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	addr, ok := realRedis(t)
	if !ok {
		return
	}
	a, b, boxA, boxB := pair(t, "redis://"+addr+"/11")
	want := []string{"", " ", "한글 🎬", "line\r\n", "nul\x00byte", "\xff\xfe not UTF-8"}
	for i := range 500 {
		want = append(want, fmt.Sprint("a", i))
	}
	for _, p := range want {
		a.Publish("wake", p)
	}
	eventually(t, "the other instance has them all", func() bool { return len(boxB.all()) >= len(want) })
	b.Publish("wake", "done")
	want = append(want, "done")
	eventually(t, "the answer arrives", func() bool { return boxA.count("done") > 0 })
	for name, box := range map[string]*inbox{"a": boxA, "b": boxB} {
		if diff := cmp.Diff(want, box.all()); diff != "" {
			t.Errorf("instance %s (-want +got):\n%s", name, diff)
		}
	}
	if n := a.Dropped() + b.Dropped(); n != 0 {
		t.Errorf("%d were dropped", n)
	}
}

func TestRealRedisKeepsAQuietSubscription(t *testing.T) {
	t.Parallel()
	addr, ok := realRedis(t)
	if !ok {
		return
	}
	b := newTestBus(t, "redis://"+addr+"/12")
	b.quiet = 5 * time.Millisecond
	var box inbox
	b.Subscribe("wake", box.put)
	start(t, b)
	eventually(t, "it is connected", connected(b))
	for deadline := time.Now().Add(300 * time.Millisecond); time.Now().Before(deadline); <-time.After(time.Millisecond) {
		if !b.subscribed.Load() {
			t.Fatal("the subscription was given up")
		}
	}
	other := newTestBus(t, "redis://"+addr+"/12")
	start(t, other)
	other.Publish("wake", "hello")
	eventually(t, "messages arrive", func() bool { return box.count("hello") == 1 })
}

// The connections of both instances are cut every 300 ms for three seconds. Messages of that time may be lost
// but do not arrive twice, and later ones arrive.
func TestBusRecoversFromConnectionsThatAreCutRepeatedly(t *testing.T) {
	t.Parallel()
	addr, ok := realRedis(t)
	if !ok {
		return
	}
	proxy := fault.NewProxy(t, addr)
	a, b, boxA, boxB := pair(t, "redis://"+proxy.Addr+"/13")
	sent := 0
	for range 10 {
		for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); <-time.After(time.Millisecond) {
			a.Publish("wake", fmt.Sprint(sent))
			sent++
		}
		proxy.Cut()
	}
	eventually(t, "both are connected again", func() bool { return connected(a)() && connected(b)() })
	a.Publish("wake", "after")
	b.Publish("wake", "after too")
	eventually(t, "messages arrive both ways", func() bool { return boxB.count("after") == 1 && boxA.count("after too") == 1 })
	for i := range sent {
		if n := boxB.count(fmt.Sprint(i)); n > 1 {
			t.Errorf("message %d arrived %d times", i, n)
		}
	}
	t.Logf("of %d messages %d arrived despite ten cuts", sent, len(boxB.all())-2)
}
