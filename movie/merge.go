package movie

// Merge is a row of the table movie_merges: a film that was merged into another, and is none any more. A film that
// stays takes over the merges into the one that goes, so IntoID always is a film.
type Merge struct {
	FromID int64 `gorm:"primaryKey;autoIncrement:false"`
	IntoID int64 `gorm:"not null;index:idx_movie_merges_into"`
}

// TableName implements [schema.Tabler].
func (Merge) TableName() string { return "movie_merges" }
