package main

// measure adds what the parts of the program count to the metrics.
func (a *app) measure() {
	m := a.metrics
	for name, pool := range a.db.Pools() {
		m.Pool(name, pool)
	}
	m.Gauge("password_hashes_running", "Passwords being hashed.", func() float64 {
		running, _ := a.hasher.Stats()
		return float64(running)
	})
	m.Gauge("password_hashes_waiting", "Passwords waiting for a core.", func() float64 {
		_, waiting := a.hasher.Stats()
		return float64(waiting)
	})
}
