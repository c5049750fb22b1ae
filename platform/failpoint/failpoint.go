// Package failpoint marks the moments at which a death of the process would hurt most, and lends the program a
// clock that can be set. It is for the torture program: only a build with the tag failpoint can be told to die or to
// mistake the time, by variables that no other build reads. In every other build Reach does nothing, Now is
// [time.Now], and neither the names of the points nor those of the variables are in the binary.
//
// In a build with the tag:
//
//	FAILPOINT=before-commit@17     SIGKILL when before-commit is reached for the 17th time
//	FAILPOINT_CLOCK=FILE           FILE holds a duration such as -1h by which the wall clock is wrong; it may change
package failpoint
