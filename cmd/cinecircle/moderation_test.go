package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestOperatorsSuspendAndReadTheLog(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	s := h.Start()
	s.SignUp("owner")
	id, member := s.SignUp("Member")
	run := func(status int, args ...string) string {
		t.Helper()
		got, output := h.Run(args...)
		if got != status {
			t.Errorf("%v ends with %d, want %d: %s", args, got, status, output)
		}
		return output
	}
	like := func(status int) {
		t.Helper()
		s.Post(status, member, "/reports", apptest.JSON, `{"target_type": "user", "target_id": 1, "reason": "spam"}`)
	}
	like(201)
	run(0, "admin", "suspend", "member", "--days", "3", "--reason", "spam \x1b[31m")
	like(403)
	if got := s.Get(member, "/notifications/inbox").List(t); len(got) != 1 || got[0]["type"] != "moderation" || got[0]["action"] != "suspend" {
		t.Errorf("the member is told %v", got)
	}
	run(0, "admin", "unsuspend", "Member", "--reason", "a mistake")
	like(200)
	run(0, "admin", "grant", "Member", "--role", "moderator")
	run(1, "admin", "suspend", "owner2", "--reason", "x")
	run(0, "admin", "grant", "owner")
	run(1, "admin", "suspend", "owner", "--reason", "x") // an admin

	want := []string{"role", "role", "unsuspend", "suspend"}
	lines := strings.Split(strings.TrimSpace(run(0, "moderation", "log")), "\n")
	if len(lines) != len(want)+1 || !strings.HasPrefix(lines[0], "TIME") {
		t.Fatalf("the log is %q", lines)
	}
	for i, action := range want {
		if fields := strings.Fields(lines[i+1]); fields[2] != "-" || fields[3] != action || fields[4] != "user" {
			t.Errorf("line %d is %q, want %s", i+1, lines[i+1], action)
		}
	}
	if !strings.Contains(lines[4], fmt.Sprintf("user %d", id)) || !strings.Contains(lines[4], `spam \x1b[31m`) {
		t.Errorf("the suspension is %q", lines[4])
	}
	for args, entries := range map[string]int{
		"--action suspend": 1, "--action hide": 0, "--target user": 4, fmt.Sprint("--target user:", id): 3, "--target review": 0, "--limit 2": 2, "--actor owner": 0,
	} {
		output := run(0, append([]string{"moderation", "log"}, strings.Fields(args)...)...)
		if got := strings.Count(output, "\n") - 1; got != entries {
			t.Errorf("%s prints %d entries, want %d:\n%s", args, got, entries, output)
		}
	}
	run(1, "moderation", "log", "--actor", "nobody at all")
	for _, args := range []string{
		"moderation", "moderation lock", "moderation log more", "moderation log --limit 0", "moderation log --target user:x",
		"moderation log --target song", "moderation log --target song:1", "moderation log --target :1", "moderation log --action hid",
		"admin suspend Member", "admin suspend --reason x", "admin suspend Member --reason x --days -1", "admin unsuspend Member --reason x --days 3",
	} {
		run(2, strings.Fields(args)...)
	}
	if output := run(0, "admin", "--help"); !strings.Contains(output, "suspend USERNAME --reason REASON [--days DAYS]") {
		t.Errorf("admin --help does not tell the flags of its actions: %s", output)
	}
	if output := run(0, "moderation", "log", "--help"); !strings.Contains(output, "-target") {
		t.Errorf("--help prints %s", output)
	}
}
