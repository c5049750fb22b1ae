package review

import (
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/page"
)

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

// page limits q to a page in this order. The bound on like_count is a separate condition outside the OR, because
// both databases start their index range from it.
func (o Sort) page(q *gorm.DB, p page.Page) *gorm.DB {
	q = q.Order(map[Sort]string{
		SortOldest:    "reviews.id",
		SortNewest:    "reviews.id DESC",
		SortMostLiked: "reviews.like_count DESC, reviews.id DESC",
	}[o]).Limit(p.Fetch())
	if p.After == nil {
		return q
	}
	switch o {
	case SortNewest:
		return q.Where("reviews.id < ?", p.After.ID)
	case SortMostLiked:
		return q.Where("reviews.like_count <= ? AND (reviews.like_count < ? OR reviews.id < ?)",
			p.After.Num, p.After.Num, p.After.ID)
	}
	return q.Where("reviews.id > ?", p.After.ID)
}

// key returns the key of a page that ends at r.
func (o Sort) key(r Shown) page.Key {
	if o == SortMostLiked {
		return page.Key{Num: r.LikeCount, ID: r.ID}
	}
	return page.Key{ID: r.ID}
}
