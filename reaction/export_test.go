package reaction

// NewReviewLike returns a like that is off and not stored, for tests of the hook.
func NewReviewLike(userID, reviewID, authorID int64) ReviewLike {
	return ReviewLike{UserID: userID, ReviewID: reviewID, authorID: authorID}
}
