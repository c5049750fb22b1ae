package reaction

import "time"

// RatingResponse is a rating on the wire, for lists of other domains.
type RatingResponse = ratingResponse

// Respond returns a rating as it is sent, with its time in zone.
func (r MovieRating) Respond(zone *time.Location) RatingResponse {
	return ratingResponse{UserID: r.UserID, MovieID: r.MovieID, Rating: r.Rating, RatedAt: r.RatedAt.In(zone)}
}
