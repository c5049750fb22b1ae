package attack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	bodiesFor      = 20 * time.Second
	largeBody      = 256 << 20
	sentAtMost     = 64 << 20 // of each body
	slowBodies     = 200
	largeAtOnce    = 32
	slowBodyClosed = 15 * time.Second
)

// writes are pages and routes that read a body.
var writes = []string{
	"/preferences", "/signin", "/join", "/signout", "/users/session/renew", "/films/new", "/settings/image", "/settings/profile",
	"/film/1/review", "/film/1/edit", "/inbox/read", "/users", "/users/login", "/reviews", "/users/me/profile_image",
}

// watchDisk returns how many bytes more than now were on the disk at the peak, once ctx ends.
func (s *target) watchDisk(ctx context.Context) (more int64) {
	before := diskUse(s.scratch)
	for ctx.Err() == nil {
		more = max(more, diskUse(s.scratch)-before)
		pause(ctx, lookEvery)
	}
	return more
}

// bodies sends large bodies as fast as they are taken, and others a byte at a time, to pages and routes that read one:
// as nobody and as a member, of a known and of an unknown length.
func (s *target) bodies(ctx context.Context) error {
	members, err := s.signUp(ctx, 1)
	if err != nil {
		return err
	}
	answers := newCounter()
	var longest time.Duration
	var sent, disk int64
	err = s.between(ctx, 200*time.Millisecond, 128<<20, func(ctx context.Context) error {
		attackCtx, cancel := context.WithTimeout(ctx, bodiesFor)
		defer cancel()
		var mu sync.Mutex
		var crew sync.WaitGroup
		crew.Go(func() { disk = s.watchDisk(attackCtx) })
		for k := range s.scaled(largeAtOnce) {
			crew.Go(func() {
				for n := k; attackCtx.Err() == nil; n++ {
					b := body{path: writes[n%len(writes)], multipart: n/2%2 == 0, chunked: n/4%2 == 0}
					if n/8%2 == 0 {
						b.token = members[0].token
					}
					status, written := s.pour(attackCtx, b)
					answers.add(status)
					mu.Lock()
					sent += written
					mu.Unlock()
				}
			})
		}
		for k := range s.scaled(slowBodies) {
			crew.Go(func() {
				begin := time.Now()
				slowCtx, cancel := context.WithTimeout(ctx, slowAtMost)
				defer cancel()
				err := s.dribble(slowCtx, func(ctx context.Context, c net.Conn) error {
					b := body{path: writes[k%len(writes)], token: members[0].token, multipart: k%2 == 0}
					return dribbleOn(ctx, c, b.header(c, 100_000))
				})
				if err == nil {
					mu.Lock()
					longest = max(longest, time.Since(begin))
					mu.Unlock()
				}
			})
		}
		crew.Wait()
		return nil
	})
	s.want("files: more on the disk at the peak", megabytes(disk), 16, "MiB")
	s.want("slow bodies are closed after", longest.Seconds(), slowBodyClosed.Seconds(), "s")
	s.note("large bodies: %s; %.0f MiB were sent", answers, megabytes(sent))
	return err
}

// body is a request body of an attacker.
type body struct {
	path, token        string
	multipart, chunked bool
}

// header returns the header of the request and the beginning of its body.
func (b body) header(c net.Conn, length int) string {
	h := "POST " + b.path + " HTTP/1.1\r\nHost: film.example\r\nSec-Fetch-Site: same-origin\r\n" + from(c)
	if b.token != "" {
		h += "Cookie: access_token=" + b.token + "\r\n"
	}
	if b.chunked {
		h += "Transfer-Encoding: chunked\r\n"
	} else {
		h += "Content-Length: " + strconv.Itoa(length) + "\r\n"
	}
	start := "lang="
	if b.multipart {
		h += "Content-Type: multipart/form-data; boundary=b\r\n"
		start = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"
	} else {
		h += "Content-Type: application/x-www-form-urlencoded\r\n"
	}
	if b.chunked {
		start = fmt.Sprintf("%x\r\n%s\r\n", len(start), start)
	}
	return h + "\r\n" + start
}

// pour sends a body until it is refused, and returns the status and how much was sent.
func (s *target) pour(ctx context.Context, b body) (status string, sent int64) {
	ctx, cancel := context.WithTimeout(ctx, slowAtMost)
	defer cancel()
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", s.proc.Addr)
	if err != nil {
		return "not connected", 0
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	answer := make(chan string, 1)
	go func() {
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			answer <- "cut"
			return
		}
		_ = res.Body.Close()
		answer <- strconv.Itoa(res.StatusCode)
	}()
	if _, err := io.WriteString(c, b.header(c, largeBody)); err != nil {
		return <-answer, 0
	}
	part := bytes.Repeat([]byte("a"), 64<<10)
	if b.chunked {
		part = fmt.Appendf(nil, "%x\r\n%s\r\n", len(part), part)
	}
	for sent < sentAtMost {
		select {
		case status := <-answer:
			return status, sent
		default:
		}
		n, err := c.Write(part)
		sent += int64(n)
		if err != nil {
			break
		}
	}
	return <-answer, sent
}

// diskUse returns the size of all files of a folder. One that is gone meanwhile has none.
func diskUse(folder string) (size int64) {
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			return err
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			size += info.Size()
		}
		return nil
	})
	return size
}
