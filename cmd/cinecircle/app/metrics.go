package app

import (
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// registerMetrics adds the counters and gauges of the parts of the program to the metrics.
func (a *App) registerMetrics() {
	for name, pool := range a.DB.Pools() {
		a.metrics.Pool(name, pool)
	}
	a.registerHashes()
	a.registerSockets()
	a.registerImages()
	a.metrics.Counter("log_lines_dropped_total", "Lines of the log that were dropped because its reader was too slow or gone.",
		func() float64 { return float64(a.dropped()) })
}

func (a *App) registerHashes() {
	a.metrics.Gauge("password_hashes_running", "Passwords being hashed.", func() float64 {
		running, _ := a.hasher.Stats()
		return float64(running)
	})
	a.metrics.Gauge("password_hashes_waiting", "Passwords waiting to be hashed.", func() float64 {
		_, waiting := a.hasher.Stats()
		return float64(waiting)
	})
}

func (a *App) registerSockets() {
	read := func(pick func(notify.Stats) float64) func() float64 {
		return func() float64 { return pick(a.Notifications.Stats()) }
	}
	m := a.metrics
	m.Gauge("sockets_open", "Open WebSockets of this instance.", read(func(s notify.Stats) float64 { return float64(s.Sockets) }))
	m.Gauge("sockets_members", "Members with an open WebSocket on this instance.", read(func(s notify.Stats) float64 { return float64(s.Users) }))
	m.Counter("notifications_written_total", "Notifications committed by this instance.", read(func(s notify.Stats) float64 { return float64(s.Stored) }))
	m.Counter("notifications_pushed_total", "Notification frames written to sockets in real time.", read(func(s notify.Stats) float64 { return float64(s.Pushed) }))
	m.Counter("notifications_replayed_total", "Notification frames written to sockets that were catching up.", read(func(s notify.Stats) float64 { return float64(s.Replayed) }))
	m.Counter("notifications_healed_total", "Deliveries started by the sweep because a wake-up was lost.", read(func(s notify.Stats) float64 { return float64(s.Healed) }))
	m.Counter("sockets_slow_total", "WebSockets closed because the client read too slowly.", read(func(s notify.Stats) float64 { return float64(s.Slow) }))
}

func (a *App) registerImages() {
	decode := func(pick func(picture.Stats) float64) func() float64 {
		return func() float64 { return pick(a.pictures.Stats()) }
	}
	store := func(pick func(media.Stats) float64) func() float64 {
		return func() float64 { return pick(a.images.Stats()) }
	}
	m := a.metrics
	m.Counter("images_decoded_total", "Uploads decoded and re-encoded.", decode(func(s picture.Stats) float64 { return float64(s.Decoded) }))
	m.Counter("images_refused_total", "Uploads refused because the image was unsupported or too large.", decode(func(s picture.Stats) float64 { return float64(s.Refused) }))
	m.Counter("images_busy_total", "Uploads refused because the decoders were busy.", decode(func(s picture.Stats) float64 { return float64(s.Busy) }))
	m.Counter("images_decode_seconds_total", "Time spent decoding, scaling and encoding images.", decode(func(s picture.Stats) float64 { return s.DecodeTime.Seconds() }))
	m.Counter("images_stored_total", "Images stored.", store(func(s media.Stats) float64 { return float64(s.Stored) }))
	m.Counter("images_store_failed_total", "Images that could not be stored.", store(func(s media.Stats) float64 { return float64(s.StoreFailed) }))
	m.Counter("images_removed_total", "Image files removed.", store(func(s media.Stats) float64 { return float64(s.Removed) }))
	m.Counter("images_remove_failed_total", "Failed removals of image files. Each is retried.", store(func(s media.Stats) float64 { return float64(s.RemoveFailed) }))
}
