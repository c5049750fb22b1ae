package follow_test

import "testing"

// BenchmarkSet follows and unfollows in turn, so that every call is a change.
func BenchmarkSet(b *testing.B) {
	s := newStage(b)
	ids := s.Join(b, 2)
	b.ReportAllocs()
	for on := true; b.Loop(); on = !on {
		if _, err := s.follows.Set(b.Context(), ids[0], ids[1], on); err != nil {
			b.Fatal(err)
		}
	}
}
