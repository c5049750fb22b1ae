//go:build !race

package main

// raceFlag builds the binary under test without the race detector, as the tests are.
const raceFlag = "-race=false"
