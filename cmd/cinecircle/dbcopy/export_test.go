package dbcopy

// Internals that package dbcopy_test uses.
var (
	ShapeOf = shapeOf
	Listing = listing
)

// Marker is the name of the table that marks an unfinished copy.
const Marker = marker

// InBatches returns a copier that commits after this many rows.
func InBatches(c Copier, rows int) *Copier {
	c.batch = rows
	return &c
}
