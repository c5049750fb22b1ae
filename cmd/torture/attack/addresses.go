package attack

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pipelined is how many requests an attacker sends before it reads the answers.
const pipelined = 100

// addresses sends a request from each of a million addresses. The requests are invalid, so that rate counting is most
// of their cost.
func (s *target) addresses(ctx context.Context) error {
	total, answers := s.scaled(1_000_000), newCounter()
	begin := time.Now()
	err := s.between(ctx, 200*time.Millisecond, 64<<20, func(ctx context.Context) error {
		const crewSize = 4
		errs := make([]error, crewSize)
		var crew sync.WaitGroup
		for k := range crewSize {
			crew.Go(func() { errs[k] = s.spray(ctx, k*total/crewSize, (k+1)*total/crewSize, answers) })
		}
		crew.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	})
	s.note("%d addresses in %.0f s: %s", total, time.Since(begin).Seconds(), answers)
	return err
}

// spray sends one request from each address of a range over one connection.
func (s *target) spray(ctx context.Context, from, to int, answers *counter) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.proc.Addr)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for ; from < to && ctx.Err() == nil; from += pipelined {
		var out strings.Builder
		n := min(pipelined, to-from)
		for k := range n {
			a := from + k
			fmt.Fprintf(&out, "GET /movies/0 HTTP/1.1\r\nHost: film.example\r\nX-Forwarded-For: 10.%d.%d.%d\r\n\r\n", a>>16&255, a>>8&255, a&255)
		}
		if _, err := io.WriteString(c, out.String()); err != nil {
			return err
		}
		for range n {
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				return err
			}
			_, _ = io.Copy(io.Discard, res.Body) // the next answer tells whether it could be read
			_ = res.Body.Close()
			answers.add(strconv.Itoa(res.StatusCode))
		}
	}
	return nil
}
