package review

import "github.com/cinecircle/cinecircle/platform/page"

// Sort is an order of reviews.
type Sort string

// The orders.
const (
	SortOldest    Sort = "id"
	SortNewest    Sort = "-id"
	SortMostLiked Sort = "-like_count" // equally liked ones newest first
)

// index is the index of the reviews of a film in this order.
func (o Sort) index() string {
	if o == SortMostLiked {
		return "idx_reviews_movie_likes"
	}
	return "idx_reviews_movie"
}

// order is the ORDER BY of this order.
func (o Sort) order() string {
	switch o {
	case SortNewest:
		return "reviews.id DESC"
	case SortMostLiked:
		return "reviews.like_count DESC, reviews.id DESC"
	}
	return "reviews.id"
}

// after adds the condition of the reviews after a key to q, unless it is nil. The bound on like_count is a separate condition
// outside the OR, because both databases start their index range from it.
func (o Sort) after(q *query, key *page.Key) {
	switch {
	case key == nil:
	case o == SortNewest:
		q.and("reviews.id < ?", key.ID)
	case o == SortMostLiked:
		q.and("reviews.like_count <= ? AND (reviews.like_count < ? OR reviews.id < ?)", key.Num, key.Num, key.ID)
	default:
		q.and("reviews.id > ?", key.ID)
	}
}

// key returns the key of a page that ends at r.
func (o Sort) key(r Shown) page.Key {
	if o == SortMostLiked {
		return page.Key{Num: r.LikeCount, ID: r.ID}
	}
	return page.Key{ID: r.ID}
}
