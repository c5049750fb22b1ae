//go:build race

package apptest

const raceFlag, variant = "-race", "-race"

// Race reports whether the race detector is on. It makes everything several times slower.
const Race = true
