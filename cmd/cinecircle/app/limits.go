package app

import (
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/clock"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// openLimiter counts requests in this process, or for all instances together where they share a Redis.
func (a *App) openLimiter() error {
	a.limiter = limit.Off{}
	if !a.config.Limits.Enabled {
		return nil
	}
	memory := limit.NewMemory(clock.Now)
	a.limiter = memory
	if a.config.Notify.Broker != config.BrokerRedis {
		return nil
	}
	client, err := limit.Connect(string(a.config.Notify.Redis.URL))
	if err != nil {
		return err
	}
	a.redis, a.limiter = client, limit.NewRedis(client, memory, a.log)
	return nil
}

func rates(c config.Config) auth.Rates {
	return auth.Rates{
		Each: map[auth.Class]limit.Rate{
			auth.ClassRead:   c.Limits.Read,
			auth.ClassWrite:  c.Limits.Write,
			auth.ClassSignup: c.Limits.Signup,
			auth.ClassLogin:  c.Limits.LoginAddress, // also for refreshes; logins are also throttled per account
			auth.ClassUpload: c.Limits.Upload,
			auth.ClassSocket: c.Limits.Socket,
		},
		All:     map[auth.Class]limit.Rate{auth.ClassSignup: c.Limits.SignupTotal},
		Network: c.Limits.Network,
	}
}
