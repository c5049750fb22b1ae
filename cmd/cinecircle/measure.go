package main

import (
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/media"
)

// measure adds what the parts of the program count to the metrics.
func (a *app) measure() {
	for name, pool := range a.db.Pools() {
		a.metrics.Pool(name, pool)
	}
	a.measureHashes()
	a.measureSockets()
	a.measureImages()
}

func (a *app) measureHashes() {
	a.metrics.Gauge("password_hashes_running", "Passwords being hashed.", func() float64 {
		running, _ := a.hasher.Stats()
		return float64(running)
	})
	a.metrics.Gauge("password_hashes_waiting", "Passwords waiting for a core.", func() float64 {
		_, waiting := a.hasher.Stats()
		return float64(waiting)
	})
}

func (a *app) measureSockets() {
	read := func(pick func(notify.Stats) float64) func() float64 {
		return func() float64 { return pick(a.notifications.Stats()) }
	}
	m := a.metrics
	m.Gauge("sockets_open", "WebSockets of this instance.", read(func(s notify.Stats) float64 { return float64(s.Sockets) }))
	m.Gauge("sockets_members", "Members with a WebSocket here.", read(func(s notify.Stats) float64 { return float64(s.Users) }))
	m.Counter("notifications_written_total", "Notifications committed here.", read(func(s notify.Stats) float64 { return float64(s.Stored) }))
	m.Counter("notifications_pushed_total", "Frames handed to sockets as they happened.", read(func(s notify.Stats) float64 { return float64(s.Pushed) }))
	m.Counter("notifications_replayed_total", "Frames handed to sockets that were catching up.", read(func(s notify.Stats) float64 { return float64(s.Replayed) }))
	m.Counter("notifications_healed_total", "Deliveries that the sweep had to begin.", read(func(s notify.Stats) float64 { return float64(s.Healed) }))
	m.Counter("sockets_slow_total", "WebSockets closed because their reader was too slow.", read(func(s notify.Stats) float64 { return float64(s.Slow) }))
}

func (a *app) measureImages() {
	read := func(pick func(media.Stats) float64) func() float64 {
		return func() float64 { return pick(a.images.Stats()) }
	}
	m := a.metrics
	m.Counter("images_decoded_total", "Uploads that became a picture.", read(func(s media.Stats) float64 { return float64(s.Decoded) }))
	m.Counter("images_refused_total", "Uploads that were no image, or too large a one.", read(func(s media.Stats) float64 { return float64(s.Refused) }))
	m.Counter("images_busy_total", "Uploads that found no free decoder in time.", read(func(s media.Stats) float64 { return float64(s.Busy) }))
	m.Counter("images_decode_seconds_total", "Time spent on pixels.", read(func(s media.Stats) float64 { return s.DecodeTime.Seconds() }))
	m.Counter("images_stored_total", "Files that a row names.", read(func(s media.Stats) float64 { return float64(s.Stored) }))
	m.Counter("images_store_failed_total", "Files that could not be written.", read(func(s media.Stats) float64 { return float64(s.StoreFailed) }))
	m.Counter("images_removed_total", "Files that are gone.", read(func(s media.Stats) float64 { return float64(s.Removed) }))
	m.Counter("images_remove_failed_total", "Removals that have to be tried again.", read(func(s media.Stats) float64 { return float64(s.RemoveFailed) }))
}
