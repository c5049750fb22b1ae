package site

import (
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
)

// facts is what a page is about, in the words of https://schema.org, as JSON-LD. Browsers do not run it, so the content
// security policy does not concern it.
type facts map[string]any

func (s *Site) factsOfFilm(base string, m movie.Movie, directors ...string) facts {
	f := facts{"@context": "https://schema.org", "@type": "Movie", "name": m.Title, "url": base + filmPath(m.ID)}
	if m.Plot != "" {
		f["description"] = m.Plot
	}
	if m.Genre != "" {
		f["genre"] = m.Genre
	}
	if m.Playtime > 0 {
		f["duration"] = "PT" + strconv.FormatInt(m.Playtime, 10) + "M" // ISO 8601
	}
	if m.ReleaseDate != "" {
		f["datePublished"] = m.ReleaseDate
	}
	if len(directors) > 0 {
		f["director"] = people(directors)
	}
	if m.RatingCount >= fewRatings {
		f["aggregateRating"] = facts{
			"@type": "AggregateRating", "ratingValue": average(m), "ratingCount": m.RatingCount, "bestRating": stars.Max, "worstRating": stars.Min,
		}
	}
	if poster := s.poster(m).URL; poster != "" {
		f["image"] = absolute(base, poster)
	}
	return f
}

func (s *Site) factsOfReview(base string, r review.Shown, m movie.Movie) facts {
	film := s.factsOfFilm(base, m)
	delete(film, "@context")
	f := facts{
		"@context": "https://schema.org", "@type": "Review", "url": base + reviewPath(r.ID),
		"author":        facts{"@type": "Person", "name": r.Username, "url": base + memberPath(r.UserID)},
		"datePublished": r.CreatedAt.In(s.Zone).Format(time.RFC3339), "itemReviewed": film,
	}
	if !r.Masked() {
		f["reviewBody"] = r.Content.String()
		if title := r.Title.String(); title != "" {
			f["name"] = title
		}
	}
	if r.Rating != nil {
		f["reviewRating"] = facts{"@type": "Rating", "ratingValue": *r.Rating, "bestRating": stars.Max, "worstRating": stars.Min}
	}
	return f
}

func people(names []string) []facts {
	out := make([]facts, len(names))
	for i, name := range names {
		out[i] = facts{"@type": "Person", "name": name}
	}
	return out
}
