package review_test

import (
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
)

// BenchmarkOfMovie reads a page of 50 reviews of a film.
func BenchmarkOfMovie(b *testing.B) {
	s := newStage(b)
	m, _ := s.library(b, 60)
	b.ReportAllocs()
	for b.Loop() {
		rows, _, err := s.reviews.OfMovie(b.Context(), m, auth.Viewer{}, review.SortNewest, page.Page{Limit: 50})
		if err != nil || len(rows) != 50 {
			b.Fatalf("%d rows, %v, want 50", len(rows), err)
		}
	}
}

// BenchmarkShow reads one review.
func BenchmarkShow(b *testing.B) {
	s := newStage(b)
	s.library(b, 2)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.reviews.Show(b.Context(), 1, auth.Viewer{}); err != nil {
			b.Fatal(err)
		}
	}
}
