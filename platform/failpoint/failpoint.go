// Package failpoint kills the process at chosen points of the code, for the torture program. Only a build with
// the tag failpoint reads the environment variable FAILPOINT:
//
//	FAILPOINT=before-commit@17     SIGKILL when before-commit is reached for the 17th time
//
// In every other build Reach does nothing, and the binary contains neither the names of the points nor that of
// the variable.
package failpoint
