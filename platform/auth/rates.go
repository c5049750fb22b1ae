package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Rates are the rates of the requests of each class. What is absent or zero is not limited.
type Rates struct {
	Each    map[Class]limit.Rate // of a member, or of an address; see [Class]
	All     map[Class]limit.Rate // of all addresses together
	Network int                  // how many times the rate of an address an IPv6 /48 has
}

// count applies the rates of the class and writes the headers RateLimit and RateLimit-Policy. A read may be charged more
// while it is worked on; see [limit.Spend].
func (g *Guard) count(c *gin.Context, class Class, viewer Viewer) error {
	each := g.rates.Each[class]
	if each.Unlimited() && g.rates.All[class].Unlimited() {
		return nil
	}
	q, err := g.countMore(c, class, viewer, 1)
	if err != nil {
		return err
	}
	if q.RetryAfter > 0 {
		if class == ClassLogin { // the name is in the body, which is not read
			web.LogEvent(c.Request.Context(), g.log, slog.LevelWarn, "sign_in_throttled", 0)
		}
		return apperr.ErrTooMany.After(q.RetryAfter)
	}
	if class == ClassRead {
		web.SetCharge(c, func(n int) error {
			q, err := g.countMore(c, class, viewer, min(n, each.Largest()))
			if err == nil && q.RetryAfter > 0 {
				err = apperr.ErrTooMany.After(q.RetryAfter)
			}
			return err
		})
	}
	return nil
}

// countMore counts n requests and writes the headers.
func (g *Guard) countMore(c *gin.Context, class Class, viewer Viewer, n int) (limit.Quota, error) {
	q, err := g.take(c.Request.Context(), class, viewer, web.ClientIP(c), n)
	if err != nil {
		return q, fmt.Errorf("count %d requests of class %s: %w", n, class, err)
	}
	policy := g.policies[class]
	if viewer.New && policy != "" && byMember(class) {
		policy = g.rates.Each[class].Fifth().Policy(string(class))
	}
	if policy != "" && q != (limit.Quota{}) { // rates are on
		h := c.Writer.Header()
		h.Set("RateLimit-Policy", policy)
		h.Set("RateLimit", q.Header(string(class)))
	}
	return q, nil
}

// byMember reports whether the requests of a class are counted by member.
func byMember(class Class) bool { return class == ClassWrite || class == ClassUpload }

// take counts n requests against each rate that applies to them. It returns what is left of that of the caller, or of the
// first rate that refuses.
func (g *Guard) take(ctx context.Context, class Class, viewer Viewer, addr string, n int) (limit.Quota, error) {
	each, prefix := g.rates.Each[class], string(class)
	if viewer.UserID != 0 && byMember(class) {
		if viewer.New && !each.Unlimited() {
			each = each.Fifth()
		}
		return g.limiter.Take(ctx, prefix+":user:"+strconv.FormatInt(viewer.UserID, 10), each, n)
	}
	address, network := limit.AddressKey(addr), limit.NetworkKey(addr)
	own, err := g.limiter.Take(ctx, prefix+":ip:"+address, each, n)
	if err != nil || own.RetryAfter > 0 {
		return own, err
	}
	if network != address && g.rates.Network > 0 {
		q, err := g.limiter.Take(ctx, prefix+":net:"+network, each.Times(g.rates.Network), n)
		if err != nil || q.RetryAfter > 0 {
			return q, err
		}
	}
	if all := g.rates.All[class]; !all.Unlimited() {
		q, err := g.limiter.Take(ctx, prefix+":all", all, n)
		if err != nil || q.RetryAfter > 0 {
			return q, err
		}
	}
	return own, nil
}
