package spoiler

import "github.com/cinecircle/cinecircle/platform/auth"

// Query is embedded in the query struct of every list with texts that may be spoilers.
type Query struct {
	Spoilers *string `query:"spoilers" binding:"omitempty,oneof=show unless_watched hide" description:"Spoilers by others that are shown. Your preference if left out. unless_watched: those of films that you marked watched."`
}

// Of returns a reader with the preference that the query has instead of their own, if it has one.
func (q Query) Of(reader auth.Viewer) auth.Viewer {
	if q.Spoilers != nil {
		reader.Spoilers = *q.Spoilers
	}
	return reader
}
