package main

import (
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/failpoint"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// openLimiter counts requests in this process, or for all instances together where they share a Redis.
func (a *app) openLimiter() error {
	a.limiter = limit.Off{}
	if !a.config.Limits.Enabled {
		return nil
	}
	memory := limit.NewMemory(failpoint.Now)
	a.limiter = memory
	if a.config.Notify.Broker != brokerRedis {
		return nil
	}
	client, err := limit.Connect(string(a.config.Notify.Redis.URL))
	if err != nil {
		return err
	}
	a.redis, a.limiter = client, limit.NewRedis(client, memory, a.log)
	return nil
}

func rates(c Config) map[auth.Class]limit.Rate {
	return map[auth.Class]limit.Rate{
		auth.ClassRead:   c.Limits.Read,
		auth.ClassWrite:  c.Limits.Write,
		auth.ClassSignup: c.Limits.Signup,
		auth.ClassLogin:  c.Limits.LoginAddress, // refreshes as well; logins pass the throttle of the accounts, too
		auth.ClassUpload: c.Limits.Upload,
		auth.ClassSocket: c.Limits.Socket,
	}
}
