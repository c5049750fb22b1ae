package reaction_test

import "testing"

// BenchmarkSetLike likes and unlikes in turn, so that every call is a change.
func BenchmarkSetLike(b *testing.B) {
	s := newStage(b)
	ids := s.Join(b, 2)
	r := s.reviewOf(b, ids[0])
	b.ReportAllocs()
	for on := true; b.Loop(); on = !on {
		if _, err := s.reactions.SetLike(b.Context(), ids[1], r, on); err != nil {
			b.Fatal(err)
		}
	}
}
