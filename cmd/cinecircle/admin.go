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
	done string // printed afterwards, "" if do prints it
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
		if action.done != "" {
			fmt.Fprintln(p.out, action.done)
		}
		return nil
	})
}

const adminUsage = "usage: admin grant USERNAME [--role moderator], admin revoke USERNAME, " +
	"admin create USERNAME [--role ROLE] [--age AGE] [--gender GENDER], admin reset USERNAME, admin totp-off USERNAME, " +
	"admin suspend USERNAME --reason REASON [--days DAYS], admin unsuspend USERNAME --reason REASON, or admin new-id"

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
		return adminAction{}, p.wrong(adminUsage)
	}
	switch args[0] {
	case "new-id":
		if len(args) > 1 {
			return adminAction{}, p.wrong(adminUsage)
		}
		return adminAction{
			"new-id", func(ctx context.Context, a *app.App) error { return a.Users.Separate(ctx) },
			"The community has another id, and all sessions are ended. Restart the service if it is running.",
		}, nil
	case "grant":
		return grantAction(p, args[1:])
	case "create":
		return createAction(p, args[1:])
	case "reset":
		name, err := p.adminName("reset", args[1:], nil)
		return adminAction{fmt.Sprintf("reset %q", name), func(ctx context.Context, a *app.App) error {
			link, err := a.Users.ResetLinkFor(ctx, name)
			if err == nil {
				fmt.Fprintf(p.out, "%s\n%s sets a new password with this link. It works once, for an hour.\n", link, name)
			}
			return err
		}, ""}, err
	case "totp-off":
		name, err := p.adminName("totp-off", args[1:], nil)
		return adminAction{fmt.Sprintf("totp-off %q", name), func(ctx context.Context, a *app.App) error {
			return a.Users.RemoveTOTP(ctx, name)
		}, name + " signs in with the password alone now"}, err
	case "suspend", "unsuspend":
		return suspendAction(p, args[0], args[1:])
	case "revoke":
		name, err := p.adminName("revoke", args[1:], nil)
		return adminAction{fmt.Sprintf("revoke %q", name), func(ctx context.Context, a *app.App) error {
			return a.Users.Revoke(ctx, name)
		}, name + " is a member without a role now"}, err
	}
	return adminAction{}, p.wrong("unknown action %q; "+adminUsage, args[0])
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
	}, name + " is an account with the role " + role + " now"}, nil
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

// describeFields adds what is wrong with each field to an error.
func describeFields(err error) error {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	for _, f := range e.Fields {
		err = fmt.Errorf("%w %s", err, f.Text.EN)
	}
	return err
}

// suspendAction suspends a member or lifts the suspension. Both are logged without an actor.
func suspendAction(p *program, action string, args []string) (adminAction, error) {
	var of user.Suspension
	name, err := p.adminName(action, args, func(f *flag.FlagSet) {
		f.StringVar(&of.Reason, "reason", "", "`REASON` that the member and the moderation log are told")
		if action == "suspend" {
			f.Int64Var(&of.Days, "days", 0, "for so many `DAYS`; without it until the suspension is lifted")
		}
	})
	if err != nil {
		return adminAction{}, err
	}
	if of.Reason = strings.TrimSpace(of.Reason); of.Reason == "" || utf8.RuneCountInString(of.Reason) > maxReason {
		return adminAction{}, p.wrong("--reason is needed, of %d characters at most", maxReason)
	}
	if of.Days < 0 || of.Days > maxSuspension {
		return adminAction{}, p.wrong("--days must be from 1 to %d", maxSuspension)
	}
	operator := auth.Viewer{Role: auth.RoleAdmin}
	do, done := func(ctx context.Context, a *app.App, id int64) error {
		_, err := a.Users.Suspend(ctx, operator, id, of)
		return err
	}, name+" is suspended now"
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
		return do(ctx, a, u.ID)
	}, done}, nil
}

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
	}, name + " is now " + words}, nil
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
		return "", p.wrong(adminUsage)
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
