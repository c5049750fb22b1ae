package limit

import "context"

// Charge counts n more events of a request that turns out to do the work of several. It returns an error when the rate of
// the request does not allow them.
type Charge func(n int) error

// ChargeKey is the key of the [Charge] in the context of a request.
type ChargeKey struct{}

// Spend counts n more events of the request that ctx comes from, and returns the error with which it ends when they are too
// many. Without such a request, or where it has no limit, Spend does nothing.
func Spend(ctx context.Context, n int) error {
	charge, ok := ctx.Value(ChargeKey{}).(Charge)
	if !ok || charge == nil || n <= 0 {
		return nil
	}
	return charge(n)
}
