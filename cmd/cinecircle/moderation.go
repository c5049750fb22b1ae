package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/page"
)

const moderationUsage = "usage: moderation log [--action ACTION] [--actor USERNAME] [--target TYPE[:ID]] [--limit N]"

// moderationHelp says what the flags are.
const moderationHelp = `  --action ACTION
        only this action, such as hide or suspend
  --actor USERNAME
        only what this member did
  --target TYPE[:ID]
        only what was done to users, reviews, comments, movies or lists, or to one of them
  --limit N
        at most so many entries, 50 without it`

// logRequest is what moderation log is asked for.
type logRequest struct {
	filter moderation.LogFilter
	actor  string // "" for any
	limit  int
}

// moderationCommand prints the moderation log, newest first.
func moderationCommand(ctx context.Context, p *program, args []string) error {
	if len(args) == 0 || args[0] != "log" {
		return p.wrong(moderationUsage)
	}
	want, err := p.logRequestOf(args[1:])
	if err != nil {
		return err
	}
	return p.withApp(ctx, func(a *app.App) error { return p.printLog(ctx, a, want) })
}

func (p *program) logRequestOf(args []string) (logRequest, error) {
	var want logRequest
	var action, target string
	flags := flag.NewFlagSet("cinecircle moderation log", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.StringVar(&action, "action", "", "only this `ACTION`, such as hide or suspend")
	flags.StringVar(&want.actor, "actor", "", "only what the member with this `USERNAME` did")
	flags.StringVar(&target, "target", "", "only what was done to `TYPE[:ID]`: user, review, comment, movie or list")
	flags.IntVar(&want.limit, "limit", 50, "at most `N` entries")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return want, err
		}
		return want, errUsage
	}
	if flags.NArg() > 0 || want.limit < 1 {
		return want, p.wrong(moderationUsage)
	}
	want.filter.Action = moderation.Action(action)
	if action != "" && !slices.Contains(record.Actions, want.filter.Action) {
		return want, p.wrong("--action must be one of %s, got %q", words(record.Actions), action)
	}
	kind, id, found := strings.Cut(target, ":")
	want.filter.TargetType = kind
	if target != "" && !slices.Contains(record.Targets, kind) {
		return want, p.wrong("--target must be one of %s, alone or with an id, got %q", words(record.Targets), target)
	}
	if found {
		var err error
		if want.filter.TargetID, err = strconv.ParseInt(id, 10, 64); err != nil || want.filter.TargetID < 1 {
			return want, p.wrong("--target must be TYPE or TYPE:ID, got %q", target)
		}
	}
	return want, nil
}

// words joins words of the log for people.
func words[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}

// logPage is how many entries one query reads.
const logPage = 100

// printLog prints a table. Texts that members wrote are printable, and a note is one line.
func (p *program) printLog(ctx context.Context, a *app.App, want logRequest) error {
	if want.actor != "" {
		u, err := memberNamed(ctx, a, want.actor)
		if err != nil {
			return fmt.Errorf("moderation log of %q: %w", want.actor, err)
		}
		want.filter.ActorID = u.ID
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tACTOR\tACTION\tTARGET\tNOTE")
	for after, left := (*page.Key)(nil), want.limit; left > 0; {
		rows, next, err := a.Moderation.Log(ctx, want.filter, page.Page{Limit: min(left, logPage), After: after})
		if err != nil {
			return err
		}
		for _, e := range rows {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s %d\t%s\n", e.CreatedAt.In(a.Zone()).Format("2006-01-02 15:04:05"), actorOf(e), e.Action, e.TargetType, e.TargetID, printable(e.Note))
		}
		if left -= len(rows); next == nil {
			break
		}
		after = next
	}
	return table.Flush()
}

// actorOf returns who made an entry, "-" for the command line.
func actorOf(e moderation.Logged) string {
	switch {
	case e.Actor != nil:
		return printable(e.Actor.Username)
	case e.ActorID != nil:
		return fmt.Sprintf("(deleted member %d)", *e.ActorID)
	}
	return "-"
}
