package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/web"
)

// reportPage is the form with which members report something.
type reportPage struct {
	form
	Type    string
	ID      int64
	To      string // where to go afterwards
	Reasons []moderation.Reason
	Chosen  moderation.Reason
}

// reportReasons are the choices of the form, in its order.
var reportReasons = []moderation.Reason{
	moderation.Spam, moderation.Abuse, moderation.Spoiler, moderation.Illegal, moderation.Copyright, moderation.Other,
}

// targetPath returns the page of something that can be reported, "" if there is none of the type.
func targetPath(kind string, id int64) string {
	number := strconv.FormatInt(id, 10)
	switch kind {
	case record.Review:
		return "/review/" + number
	case record.Comment:
		return "/comment/" + number
	case record.User:
		return memberPath(id)
	case record.Movie:
		return "/film/" + number
	case record.List:
		return "/list/" + number
	}
	return ""
}

func (s *Site) reportForm(c *pageContext) error {
	kind := c.Query("type")
	id, ok := web.ParseID(c.Query("id"))
	if !ok || !slices.Contains(record.Targets, kind) {
		return errNotFound
	}
	if err := s.Moderation.CheckTarget(c.Request.Context(), c.viewer, kind, id); err != nil {
		return err
	}
	return s.showReport(c, http.StatusOK, reportPage{Type: kind, ID: id, To: c.returnPath(targetPath(kind, id))})
}

func (s *Site) showReport(c *pageContext, status int, p reportPage) error {
	p.Reasons = reportReasons
	m := meta{Title: c.text("report.title"), Path: "/report", Hidden: true, Private: true}
	return c.show(status, "report", m, p)
}

type reportFields struct {
	Type   string `formData:"type" binding:"required"`
	ID     string `formData:"id" binding:"required"`
	Reason string `formData:"reason" binding:"required,oneof=spam abuse spoiler illegal copyright other"`
	Note   string `formData:"note" binding:"max=1000"`
	To     string `formData:"to"`
}

func (s *Site) report(c *pageContext) error {
	if err := c.readForm(0); err != nil {
		return err
	}
	var f reportFields
	err := c.sent.Bind(&f)
	id, ok := web.ParseID(f.ID)
	if !ok || !slices.Contains(record.Targets, f.Type) {
		return errNotFound
	}
	if err == nil {
		_, _, err = s.Moderation.Report(c.Request.Context(), c.viewer, moderation.Draft{
			TargetType: f.Type, TargetID: id, Reason: moderation.Reason(f.Reason), Note: f.Note,
		})
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"note": f.Note}, func(status int, shown form) error {
			c.askForReason(&shown)
			return s.showReport(c, status, reportPage{
				form: shown, Type: f.Type, ID: id, To: localPath(f.To), Chosen: moderation.Reason(f.Reason),
			})
		})
	}
	c.setToast("reported", "")
	return c.redirectTo(localOrHome(f.To))
}

// askForReason says that the reason of a report is chosen, where other forms let people write one.
func (c *pageContext) askForReason(f *form) {
	if _, wrong := f.Errors["reason"]; !wrong {
		return
	}
	f.Errors["reason"] = c.text("form.choice")
	f.Mistakes = c.mistakes(f.Errors)
}

// queuePage is what was reported, for moderators to decide about.
type queuePage struct {
	Open   bool
	Type   string // "" for all
	Types  []string
	Thing  bool   // one thing alone is shown, with many of its reports
	Author int64  // whose things are shown, 0 for everybody's
	Name   string // of the author
	Rows   []queueRow
	Next   string
}

// queueRow is something that was reported.
type queueRow struct {
	moderation.Reported
	Was       *snapshot // nil once it is purged
	Path      string    // of the target, as it is now; "" once it is deleted
	Each      []eachReport
	All       string // the page with more of the reports, "" if Each has as many
	Unfolded  bool
	To        string // where to go once it is decided: what is left of the same list
	Actions   []record.Action
	Durations []int64 // of a suspension, in days

	Answerable bool // the viewer may warn and suspend the author
	Deletable  bool // with one more tap than the rest, because nothing undoes it
}

// eachReport is one of several reports of a thing.
type eachReport struct {
	moderation.Shown
	Was *snapshot // nil if that was the same as in the first report, or once it is purged
}

// How many reports of a thing are on the page with all things, and on that of the thing alone.
const (
	reportsInQueue = 20
	reportsAlone   = 200
)

// snapshot is what was reported, as it was then.
type snapshot struct {
	Title, Image string
	Texts        []string
	Excerpt      string // the beginning of the texts if they are long, else ""
	Spoiler      bool
}

// equal reports whether two snapshots show the same. Either may be nil.
func (s *snapshot) equal(other *snapshot) bool {
	if s == nil || other == nil {
		return s == other
	}
	return s.Title == other.Title && s.Image == other.Image && s.Spoiler == other.Spoiler && slices.Equal(s.Texts, other.Texts)
}

// longText is how many characters and lines of what was reported stand in the queue. A spammer has many long texts, and
// moderators look through it on a phone.
const (
	longText  = 400
	longLines = 8
)

// excerptOf returns the beginning of a long text, "" of another one.
func excerptOf(text string) string {
	if utf8.RuneCountInString(text) <= longText && strings.Count(text, "\n") < longLines {
		return ""
	}
	lines := strings.SplitN(text, "\n", longLines/2+1)
	return strings.TrimSuffix(shorten(longText/2, strings.Join(lines[:min(len(lines), longLines/2)], "\n")), "…") + "…"
}

func showSnapshot(kind string, was *moderation.Snapshot) *snapshot {
	if was == nil {
		return nil
	}
	first := func(texts ...*string) string {
		for _, text := range texts {
			if text != nil {
				return *text
			}
		}
		return ""
	}
	title := was.Title
	if kind == record.User {
		title = was.Username // of anything else its author, who is named above it
	}
	text := first(was.Content, was.Description, was.Plot, was.Bio)
	return &snapshot{
		Title:   first(title),
		Image:   first(was.ReviewImageURL, was.PosterImageURL, was.ProfileImageURL),
		Texts:   []string{text},
		Excerpt: excerptOf(text),
		Spoiler: was.Spoiler != nil && *was.Spoiler,
	}
}

// pressed are the actions that take one tap, for the types of targets to which they apply. Those against the author, and
// deleting, take two.
var pressed = map[string][]record.Action{
	record.Review:  {record.Dismiss, record.MarkSpoiler, record.Hide},
	record.Comment: {record.Dismiss, record.MarkSpoiler, record.Hide},
	record.Movie:   {record.Dismiss, record.Hide},
	record.List:    {record.Dismiss, record.Hide},
	record.User:    {record.Dismiss},
}

func (s *Site) reports(c *pageContext) error {
	f := moderation.QueueFilter{
		Closed: c.queryOneOf("status", []string{"open", "closed"}, "open") == "closed", Reports: reportsInQueue,
		TargetType: c.queryOneOf("type", record.Targets, ""), TargetID: c.idOfType(), AuthorID: c.queryID("author"),
	}
	if f.TargetID != 0 {
		f.Reports = reportsAlone
	}
	rows, next, err := s.Moderation.Queue(c.Request.Context(), f, c.page(perPage))
	if err != nil {
		return err
	}
	var ids []int64
	for _, r := range rows {
		if r.Author != nil {
			ids = append(ids, r.Author.ID)
		}
	}
	authors, err := s.Users.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return err
	}
	p := queuePage{
		Open: !f.Closed, Type: f.TargetType, Types: append([]string{""}, record.Targets...), Thing: f.TargetID != 0, Author: f.AuthorID,
		Next: c.next(next),
	}
	if p.Author != 0 {
		p.Name = c.memberName(p.Author)
	}
	for _, r := range rows {
		row, err := showReported(r, p.Thing)
		if err != nil {
			return err
		}
		row.To = p.path()
		row.Answerable = r.Author != nil && c.maySuspend(authors[r.Author.ID])
		p.Rows = append(p.Rows, row)
	}
	return c.show(http.StatusOK, "queue", moderationMeta(c, "moderation.reports"), p)
}

// idOfType returns the id of a thing whose type the address has as well, 0 for none.
func (c *pageContext) idOfType() int64 {
	if c.Query("id") != "" && c.Query("type") == "" {
		c.refuse("type")
	}
	return c.queryID("id")
}

// path is the page of all that is open, with the filters of this one.
func (p queuePage) path() string {
	q := url.Values{}
	if p.Type != "" && !p.Thing {
		q.Set("type", p.Type)
	}
	if p.Author != 0 {
		q.Set("author", strconv.FormatInt(p.Author, 10))
	}
	return strings.TrimSuffix("/moderate/reports?"+q.Encode(), "?")
}

// showReported returns something that was reported, on a page of its own if it is alone.
func showReported(r moderation.Reported, alone bool) (queueRow, error) {
	was, err := r.SnapshotOf()
	if err != nil {
		return queueRow{}, err
	}
	row := queueRow{
		Reported: r, Was: showSnapshot(r.TargetType, was), Path: targetPath(r.TargetType, r.TargetID), Unfolded: alone,
		Actions: pressed[r.TargetType], Durations: durations, Deletable: r.TargetType != record.User,
	}
	if r.Count > int64(len(r.Reports)) && len(r.Reports) > 0 && !alone {
		row.All = "/moderate/reports?status=" + r.Status() + "&type=" + r.TargetType + "&id=" + strconv.FormatInt(r.TargetID, 10)
	}
	if r.Action == record.Delete { // its image is gone, too
		row.Path = ""
		if row.Was != nil {
			row.Was.Image = ""
		}
	}
	for _, one := range r.Reports {
		then, err := one.SnapshotOf()
		if err != nil {
			return queueRow{}, err
		}
		shown := eachReport{Shown: one, Was: showSnapshot(r.TargetType, then)}
		if row.Path == "" && shown.Was != nil {
			shown.Was.Image = ""
		}
		if shown.Was.equal(row.Was) {
			shown.Was = nil
		}
		row.Each = append(row.Each, shown)
	}
	return row, nil
}

type closeFields struct {
	Action string `formData:"action" binding:"required"`
	Note   string `formData:"note" binding:"max=500"`
	Days   int64  `formData:"days" binding:"min=0,max=3650"`
	To     string `formData:"to"`
}

// closeReport does what a moderator decides about a report. Hiding and suspending can be undone from the toast.
func (s *Site) closeReport(c *pageContext) error {
	id, err := c.id("report_id")
	if err != nil {
		return err
	}
	var f closeFields
	if err := c.bind(&f); err != nil {
		return err
	}
	closing := moderation.Closing{Action: record.Action(f.Action), Note: f.Note}
	if closing.Action == record.Suspend {
		closing.Days = f.Days
	}
	r, err := s.Moderation.Close(c.Request.Context(), c.viewer, id, closing)
	if errors.Is(err, moderation.ErrClosed) { // by a second press, or by another moderator
		c.setToast("closed.already", "")
		return c.redirectTo(c.returnPath("/moderate/reports"))
	}
	if err != nil {
		return err
	}
	switch {
	case closing.Action == record.Hide:
		c.setToast("hidden."+r.TargetType, strconv.FormatInt(r.TargetID, 10))
	case closing.Action == record.Suspend && r.Author != nil:
		c.setToast("member.suspended", strconv.FormatInt(r.Author.ID, 10))
	default:
		c.setToast("closed."+f.Action, "")
	}
	return c.redirectTo(c.returnPath("/moderate/reports"))
}

// hide hides something, or brings it back.
func (s *Site) hide(c *pageContext) error {
	id, err := c.id("target_id")
	if err != nil {
		return err
	}
	kind := c.Param("target_type")
	if kind == record.User || targetPath(kind, id) == "" {
		return errNotFound
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	hidden := c.field("hidden") != "false"
	if err := s.Moderation.SetHidden(c.Request.Context(), c.viewer, kind, id, hidden, c.field("note")); err != nil {
		return err
	}
	if hidden {
		c.setToast("hidden."+kind, strconv.FormatInt(id, 10))
	} else {
		c.setToast("restored", "")
	}
	return c.redirectTo(c.returnPath(targetPath(kind, id)))
}

// logPage is the moderation log.
type logPage struct {
	Action  string // "" for all
	Actions []record.Action
	Type    string // "" for all
	Types   []string
	Actor   int64  // whose entries are shown, 0 for everybody's
	ByWhom  string // their name
	Rows    []logRow
	Next    string
}

type logRow struct {
	moderation.Logged
	Path string // "" for what the action deleted
	Name string // of the account, film or list that it is about, "" if it is about something else or that is gone
}

func (s *Site) moderationLog(c *pageContext) error {
	f := moderation.LogFilter{
		Action:     record.Action(c.queryOneOf("action", stringsOf(record.Actions), "")),
		TargetType: c.queryOneOf("type", record.Targets, ""), TargetID: c.idOfType(), ActorID: c.queryID("actor"),
	}
	p := logPage{
		Action: string(f.Action), Actions: record.Actions, Type: f.TargetType, Types: record.Targets, Actor: f.ActorID,
	}
	if p.Actor != 0 {
		p.ByWhom = c.memberName(p.Actor)
	}
	var err error
	if p.Rows, p.Next, err = s.logRows(c, f); err != nil {
		return err
	}
	return c.show(http.StatusOK, "modlog", moderationMeta(c, "moderation.log"), p)
}

func (s *Site) logRows(c *pageContext, f moderation.LogFilter) (out []logRow, next string, err error) {
	rows, key, err := s.Moderation.Log(c.Request.Context(), f, c.page(perPage))
	if err != nil {
		return nil, "", err
	}
	names, err := s.logNames(c, rows)
	if err != nil {
		return nil, "", err
	}
	for _, r := range rows {
		row := logRow{Logged: r, Path: targetPath(r.TargetType, r.TargetID), Name: names[r.TargetType][r.TargetID]}
		if r.TargetType == record.User {
			row.Path = moderatedPath(r.TargetID)
		}
		if r.Action == record.Delete || r.Action == record.Reject {
			row.Path = ""
		}
		if r.Action == record.Role {
			row.Note = c.text("role." + r.Note)
		}
		out = append(out, row)
	}
	return out, c.next(key), nil
}

// logNames returns the names of what entries of the log are about, by its type and id.
func (s *Site) logNames(c *pageContext, rows []moderation.Logged) (map[string]map[int64]string, error) {
	ctx, ids := c.Request.Context(), map[string][]int64{}
	for _, r := range rows {
		ids[r.TargetType] = append(ids[r.TargetType], r.TargetID)
	}
	names := map[string]map[int64]string{record.User: {}, record.Movie: {}, record.List: {}}
	users, err := s.Users.Faces(ctx, ids[record.User])
	if err != nil {
		return nil, err
	}
	for id, u := range users {
		names[record.User][id] = u.Username
	}
	lists, err := s.Lists.ByIDs(ctx, ids[record.List])
	if err != nil {
		return nil, err
	}
	for id, l := range lists {
		names[record.List][id] = l.Title
	}
	for _, id := range ids[record.Movie] { // one by one, because [movie.Service.ByIDs] leaves hidden ones out
		m, err := s.Movies.GetFor(ctx, id, c.viewer)
		if err != nil && !errors.Is(err, movie.ErrNotFound) {
			return nil, err
		}
		names[record.Movie][id] = m.Title
	}
	return names, nil
}

type removeFields struct {
	Reviews  string `formData:"reviews"`
	Comments string `formData:"comments"`
	Lists    string `formData:"lists"`
	Movies   string `formData:"movies"`
	Reason   string `formData:"reason" binding:"required,max=500"`
}

// removalsPerPress bounds how long one press takes. Each removal deletes a few hundred things at most.
const removalsPerPress = 5

// removeContent removes what a spammer has posted.
func (s *Site) removeContent(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	var f removeFields
	err = c.bind(&f)
	what := moderation.Removal{
		Reviews: f.Reviews != "", Comments: f.Comments != "", Lists: f.Lists != "", Movies: f.Movies != "", Reason: f.Reason,
	}
	done := moderation.Removed{}
	for range removalsPerPress {
		if err != nil || done.Done {
			break
		}
		done, err = s.Moderation.RemoveContent(c.Request.Context(), c.viewer, u.ID, what)
	}
	if err != nil {
		values := map[string]string{
			"reviews": f.Reviews, "comments": f.Comments, "lists": f.Lists, "movies": f.Movies, "reason": f.Reason,
		}
		return c.redisplay(err, values, func(status int, shown form) error {
			for i := range shown.Mistakes { // another form on the page has a reason, too
				shown.Mistakes[i].ID = "remove-" + shown.Mistakes[i].ID
			}
			return s.showCase(c, status, suspending, shown)
		})
	}
	said := "content.removed"
	switch {
	case !done.Done:
		said = "content.more"
	case done.Kept > 0:
		said = "content.kept"
	}
	c.setToast(said, "")
	return c.redirectTo(moderatedPath(u.ID))
}
