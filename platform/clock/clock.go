// Package clock returns the current time. Constructors take a func() time.Time: the program passes [Now], tests
// pass a fake.
//
// Now is [time.Now], except in a build with the tag failpoint. There the environment variable FAILPOINT_CLOCK may
// name a file with a duration such as -1h, by which the wall clock is wrong. The torture program changes that file
// while the program runs, as an administrator sets the clock of a machine.
package clock
