package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/user"
)

// TestTheConfigurationKnowsTheModesOfTheRegistration compares the names, which the configuration has without importing user.
func TestTheConfigurationKnowsTheModesOfTheRegistration(t *testing.T) {
	t.Parallel()
	want := []string{string(user.ModeOpen), string(user.ModeInvite), string(user.ModeApproval), string(user.ModeClosed)}
	if diff := cmp.Diff(want, config.RegistrationModes()); diff != "" {
		t.Errorf("modes (-want +got):\n%s", diff)
	}
	if mode := registration(config.Default()).Mode; mode != user.ModeOpen {
		t.Errorf("by default the mode is %q", mode)
	}
}
