package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// adminAction is what an admin command asks for.
type adminAction struct {
	what string // in words for an error
	do   func(ctx context.Context, a *app.App) error
	done func(c config.Config) string // returns what is printed afterwards
}

// always returns the same text.
func always(text string) func(config.Config) string {
	return func(config.Config) string { return text }
}

// adminCommand changes roles, or gives a copy of a database an id of its own. The service may be running.
func adminCommand(ctx context.Context, p *program, args []string) error {
	action, err := adminActionOf(p, args)
	if err != nil {
		return err
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	return p.withAppOf(ctx, c, p.eventLog(), func(a *app.App) error {
		if err := action.do(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", action.what, err)
		}
		fmt.Fprintln(p.out, action.done(c))
		return nil
	})
}

// adminUsages are the arguments of each action.
var adminUsages = []struct{ action, args string }{
	{"grant", "USERNAME [--role moderator]"},
	{"revoke", "USERNAME"},
	{"create", "USERNAME [--role ROLE] [--age AGE] [--gender GENDER]"},
	{"reset", "USERNAME"},
	{"totp-off", "USERNAME"},
	{"suspend", "USERNAME --reason REASON [--days DAYS]"},
	{"unsuspend", "USERNAME --reason REASON"},
	{"new-id", ""},
}

// adminUsage returns how an action is used, or all actions for "".
func adminUsage(action string) string {
	var lines []string
	for _, u := range adminUsages {
		if action == "" || action == u.action {
			lines = append(lines, strings.TrimSpace("cinecircle admin "+u.action+" "+u.args))
		}
	}
	return "usage: " + strings.Join(lines, "\n       ")
}

// adminHelp says what each action does, with its flags.
const adminHelp = `  grant USERNAME [--role moderator]
        make a member an admin, or a moderator
  revoke USERNAME
        make an admin or a moderator a member without a role
  create USERNAME [--role ROLE] [--age AGE] [--gender GENDER]
        make an account in every mode of registration; asks for the password
  reset USERNAME
        print a link that sets a new password, once and within an hour
  totp-off USERNAME
        turn two-step sign-in off for a member who lost phone and recovery codes
  suspend USERNAME --reason REASON [--days DAYS]
        let a member only read, for so many days or until it is lifted
  unsuspend USERNAME --reason REASON
        lift a suspension
  new-id
        give a copy of a database that runs beside the original an id of its own`

// adminActionOf parses the arguments.
func adminActionOf(p *program, args []string) (adminAction, error) {
	if len(args) == 0 {
		return adminAction{}, p.wrong("%s", adminUsage(""))
	}
	switch args[0] {
	case "new-id":
		if len(args) > 1 {
			return adminAction{}, p.wrong("%s", adminUsage("new-id"))
		}
		return adminAction{
			"new-id", func(ctx context.Context, a *app.App) error { return a.Users.Separate(ctx) },
			always("The community has another id, and all sessions are ended. Restart the service if it is running."),
		}, nil
	case "grant":
		return grantAction(p, args[1:])
	case "create":
		return createAction(p, args[1:])
	case "reset":
		return resetAction(p, args[1:])
	case "totp-off":
		name, err := p.adminName("totp-off", args[1:], nil)
		return adminAction{fmt.Sprintf("totp-off %q", name), func(ctx context.Context, a *app.App) error {
			return a.Users.RemoveTOTP(ctx, name)
		}, always(name + " signs in with the password alone now")}, err
	case "suspend", "unsuspend":
		return suspendAction(p, args[0], args[1:])
	case "revoke":
		name, err := p.adminName("revoke", args[1:], nil)
		return adminAction{fmt.Sprintf("revoke %q", name), func(ctx context.Context, a *app.App) error {
			return a.Users.Revoke(ctx, name)
		}, always(name + " is a member without a role now")}, err
	}
	return adminAction{}, p.wrong("unknown action %q\n%s", args[0], adminUsage(""))
}

// resetAction makes a link for a lost password. Where server.public_url is not set, nobody but the operator knows the
// address under which members reach the pages.
func resetAction(p *program, args []string) (adminAction, error) {
	var link string
	name, err := p.adminName("reset", args, nil)
	return adminAction{fmt.Sprintf("reset %q", name), func(ctx context.Context, a *app.App) (err error) {
		link, err = a.Users.ResetLinkFor(ctx, name)
		return err
	}, func(c config.Config) string {
		text := fmt.Sprintf("%s sets a new password with this link. It works once, for an hour, and instead of earlier ones.", name)
		if c.Server.PublicURL != "" {
			return link + "\n" + text
		}
		return "http://" + dialable(c.Server.Addr) + link + "\n" + text +
			"\nserver.public_url is not set: this is the address on this machine. Replace everything before /reset with the one that members use."
	}}, err
}

// createAction makes an account, whom the rules of registration do not bind. It asks for the password.
func createAction(p *program, args []string) (adminAction, error) {
	d := user.Draft{Operator: true}
	role, gender := string(auth.RoleMember), string(user.Female)
	name, err := p.adminName("create", args, func(f *flag.FlagSet) {
		f.StringVar(&role, "role", role, "`ROLE` of the account: member, moderator or admin")
		f.Int64Var(&d.Age, "age", 30, "`AGE` in years; the member can change it")
		f.StringVar(&gender, "gender", gender, "`GENDER`, male or female; the member can change it")
	})
	if err != nil {
		return adminAction{}, err
	}
	if !slices.Contains([]auth.Role{auth.RoleMember, auth.RoleModerator, auth.RoleAdmin}, auth.Role(role)) {
		return adminAction{}, p.wrong("--role must be member, moderator or admin, got %q", role)
	}
	d.Username, d.Role, d.Gender = name, auth.Role(role), user.Gender(gender)
	return adminAction{fmt.Sprintf("create %q", name), func(ctx context.Context, a *app.App) error {
		if d.Password, err = p.askPassword(name); err != nil {
			return err
		}
		_, err := a.Users.Create(ctx, d)
		return describeFields(err)
	}, always(name + " is an account with the role " + role + " now")}, nil
}

// askPassword reads a password from the terminal, where it is not shown, or else the first line of standard input.
func (p *program) askPassword(name string) (string, error) {
	fmt.Fprintf(p.err, "Password for %s: ", printable(name))
	if input := int(os.Stdin.Fd()); term.IsTerminal(input) {
		password, err := term.ReadPassword(input)
		fmt.Fprintln(p.err)
		return string(password), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// describeFields returns an error that says what is wrong with each field instead of that some are wrong.
func describeFields(err error) error {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Text.EN)
	}
	return errors.New(strings.Join(all, " "))
}

// suspendAction suspends a member or lifts the suspension. Both are logged without an actor.
func suspendAction(p *program, action string, args []string) (adminAction, error) {
	var of user.Suspension
	limited := false
	name, err := p.adminName(action, args, func(f *flag.FlagSet) {
		f.StringVar(&of.Reason, "reason", "", "`REASON` that the member and the moderation log are told")
		if action == "suspend" {
			f.Func("days", "for so many `DAYS`; without it until the suspension is lifted", func(text string) (err error) {
				limited = true
				if of.Days, err = strconv.ParseInt(text, 10, 64); err != nil {
					return errors.New("this is not a number")
				}
				return nil
			})
		}
	})
	if err != nil {
		return adminAction{}, err
	}
	if of.Reason = strings.TrimSpace(of.Reason); of.Reason == "" || utf8.RuneCountInString(of.Reason) > maxReason {
		return adminAction{}, p.wrong("--reason is needed, of %d characters at most", maxReason)
	}
	if limited && (of.Days < 1 || of.Days > maxSuspension) {
		return adminAction{}, p.wrong("--days must be from 1 to %d; leave it out to suspend until it is lifted", maxSuspension)
	}
	operator := auth.Viewer{Role: auth.RoleAdmin}
	do, done := func(ctx context.Context, a *app.App, id int64) error {
		_, err := a.Users.Suspend(ctx, operator, id, of)
		return err
	}, name+" is suspended until it is lifted"
	if limited {
		done = fmt.Sprintf("%s is suspended for %d days", name, of.Days)
		if of.Days == 1 {
			done = name + " is suspended for 1 day"
		}
	}
	if action == "unsuspend" {
		do, done = func(ctx context.Context, a *app.App, id int64) error {
			_, err := a.Users.Unsuspend(ctx, operator, id, of.Reason)
			return err
		}, name+" is not suspended now"
	}
	return adminAction{fmt.Sprintf("%s %q", action, name), func(ctx context.Context, a *app.App) error {
		u, err := memberNamed(ctx, a, name)
		if err != nil {
			return err
		}
		if u.Role == auth.RoleAdmin {
			return errAdmin
		}
		return do(ctx, a, u.ID)
	}, always(done)}, nil
}

// errAdmin is why an admin is not suspended.
var errAdmin = errors.New("nobody suspends an admin; take the role away first, with admin revoke")

// The limits of a suspension, as in the API.
const (
	maxReason     = 500
	maxSuspension = 3650 // days
)

// memberNamed returns the account with a username, or user.ErrNotFound.
func memberNamed(ctx context.Context, a *app.App, name string) (user.User, error) {
	found, _, err := a.Users.Search(ctx, auth.Viewer{Role: auth.RoleAdmin}, user.Filter{Username: &name}, page.Page{Limit: 1})
	if err != nil {
		return user.User{}, err
	}
	if len(found) == 0 {
		return user.User{}, user.ErrNotFound
	}
	return found[0], nil
}

func grantAction(p *program, args []string) (adminAction, error) {
	role := string(auth.RoleAdmin)
	name, err := p.adminName("grant", args, func(f *flag.FlagSet) {
		f.StringVar(&role, "role", role, "`ROLE` to grant: moderator or admin")
	})
	if err != nil {
		return adminAction{}, err
	}
	words, ok := map[string]string{string(auth.RoleAdmin): "an administrator", string(auth.RoleModerator): "a moderator"}[role]
	if !ok {
		return adminAction{}, p.wrong("--role must be moderator or admin, got %q", role)
	}
	return adminAction{fmt.Sprintf("grant %q", name), func(ctx context.Context, a *app.App) error {
		return a.Users.SetRole(ctx, name, auth.Role(role))
	}, always(name + " is now " + words)}, nil
}

// adminName returns the only argument of an action, before or behind which its flags may stand.
func (p *program) adminName(action string, args []string, declare func(*flag.FlagSet)) (string, error) {
	flags := flag.NewFlagSet("cinecircle admin "+action, flag.ContinueOnError)
	flags.SetOutput(p.err)
	if declare != nil {
		declare(flags)
	}
	var names []string
	for len(args) > 0 {
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			return "", err
		} else if err != nil {
			return "", errUsage
		}
		args = flags.Args()
		if len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	if len(names) != 1 {
		return "", p.wrong("%s", adminUsage(action))
	}
	return strings.TrimSpace(names[0]), nil
}

// withApp runs a command on a migrated database, beside a service that may be running.
func (p *program) withApp(ctx context.Context, do func(*app.App) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	return p.withAppOf(ctx, c, slog.New(slog.DiscardHandler), do)
}

// eventLog returns a log for security events on standard error, which say who was given a role and when, wherever the
// operator keeps the output of commands.
func (p *program) eventLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// withAppOf is withApp with a configuration that was loaded before, and with a log.
func (p *program) withAppOf(ctx context.Context, c config.Config, log *slog.Logger, do func(*app.App) error) error {
	a, err := app.New(ctx, c, readBuild(), log)
	if err != nil {
		return err
	}
	a.AllowNewerSchema(p.allowNewer)
	lock, err := lockPending(ctx, c, a.DB)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	err = errors.Join(a.Migrate(ctx), lock.Close())
	if err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(do(a), a.Close())
}
