//go:build cgo

package apptest

// CGo says whether the program is built with C, which decides about the driver of SQLite.
const CGo = true
