package export_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/jpeg"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// bring imports an archive for a member and returns the rows that are not created.
func bring(t testing.TB, a *app.App, member user.User, archive []byte) (transfer.Import, []transfer.Shown) {
	t.Helper()
	ctx := t.Context()
	imp := must(a.Transfers.Start(ctx, member.ID, transfer.Upload{Filename: "export.zip", Data: archive}))(t)
	work := func() {
		for {
			if more := must(a.Transfers.Step(ctx))(t); !more {
				return
			}
		}
	}
	work()
	must(a.Transfers.Confirm(ctx, member.ID, imp.ID))(t)
	work()
	imp = must(a.Transfers.Get(ctx, member.ID, imp.ID))(t)
	if imp.Status != transfer.Done {
		t.Fatalf("the import is %s: %s", imp.Status, imp.Reason)
	}
	var others []transfer.Shown
	rows, _, err := a.Transfers.Rows(ctx, member.ID, imp.ID, "", page.Page{Limit: 200})
	check(t, err)
	for _, r := range rows {
		if r.Outcome != transfer.Created {
			others = append(others, r)
		}
	}
	return imp, others
}

// download returns an archive as it is sent.
func download(t testing.TB, a *app.App, token string) []byte {
	t.Helper()
	answer := get(t, a, "/users/me/export", token)
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.Bytes()
}

// facts returns the lines of an archive that an import brings back, sorted: the order of some depends on ids. In the place of
// the name of an image, which is another one on each instance, they have what the image is.
func facts(t testing.TB, all files) map[string][]string {
	t.Helper()
	out, named := map[string][]string{}, map[string]bool{}
	for name, text := range all {
		switch name {
		case "cinecircle.json", "README.txt", "notifications.jsonl":
			continue
		}
		if strings.HasPrefix(name, "images/") {
			continue
		}
		text = imageNames.ReplaceAllStringFunc(text, func(image string) string {
			if !named[image] {
				named[image] = true
				return like(t, all[image])
			}
			return "an image that another line has, too"
		})
		out[name] = slices.Sorted(strings.SplitSeq(strings.TrimSpace(text), "\n"))
	}
	for name := range all {
		if strings.HasPrefix(name, "images/") && !named[name] {
			t.Errorf("no line names %s", name)
		}
	}
	return out
}

var imageNames = regexp.MustCompile(`images/[^"]+`)

// like returns the same for images that are the same to members: PNG files with the same bytes, and JPEG files of the same
// size in which the mean colours of the parts of a grid of four by four differ by rounding at most.
func like(t testing.TB, data string) string {
	t.Helper()
	if strings.HasPrefix(data, "\x89PNG") {
		return fmt.Sprintf("PNG of %x", sha256.Sum256([]byte(data)))
	}
	img := must(jpeg.Decode(strings.NewReader(data)))(t)
	size, parts := img.Bounds().Size(), [4 * 4 * 3]int{}
	for y := range size.Y {
		for x := range size.X {
			r, g, b, _ := img.At(x, y).RGBA()
			at := 3 * (4*(y*4/size.Y) + x*4/size.X)
			for i, v := range []uint32{r, g, b} {
				parts[at+i] += int(v >> 8)
			}
		}
	}
	for i := range parts {
		parts[i] = parts[i] * 16 / size.X / size.Y / 4
	}
	return fmt.Sprintf("JPEG of %v with %v", size, parts)
}

// without returns an archive without a file.
func without(t testing.TB, archive []byte, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	all := unzip(t, archive)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		if file != name {
			_, err := must(w.Create(file))(t).Write([]byte(all[file]))
			check(t, err)
		}
	}
	check(t, w.Close())
	return out.Bytes()
}

// copyCatalogue imports a catalogue as an export wrote it.
func copyCatalogue(t testing.TB, a *app.App, catalogue *bytes.Buffer) {
	t.Helper()
	failed := func(e movie.RowError) { t.Errorf("the catalogue: %v", e) }
	must(movie.Import(t.Context(), catalogue, movie.JSONLines, a.Movies, failed, func(movie.Progress) {}))(t)
}

// withoutAny removes JSON members of an archive that stay what they are in an account.
func withoutAny(lines []string, pattern string) {
	members := regexp.MustCompile(pattern)
	for i, line := range lines {
		lines[i] = members.ReplaceAllString(line, "")
	}
}

// recounted returns what a recount finds.
func recounted(t testing.TB, a *app.App) string {
	t.Helper()
	var found []string
	check(t, recount.Run(t.Context(), a.DB, app.Counters(a.DB.Driver()), false, func(d recount.Drift) { found = append(found, d.String()) }))
	return strings.Join(found, "; ")
}

// TestAnExportComesBackOnAnotherInstance exports a member who has everything, moves the catalogue, the other member and then
// the member to another instance, and exports again.
func TestAnExportComesBackOnAnotherInstance(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.liveWith(t, "=1+1, \"quoted\"\n<b>&amp;</b> 등불 🎬 \\.")
	ctx, me, other := t.Context(), auth.Viewer{UserID: c.member.ID}, auth.Viewer{UserID: c.other.ID}
	liked := must(c.a.Lists.Create(ctx, list.Draft{UserID: c.other.ID, Title: "liked", IsPublic: true}))(t)
	must(c.a.Reactions.SetListLike(ctx, me, liked.ID, true))(t)
	said := must(c.a.Comments.Create(ctx, me, comment.Draft{ReviewID: c.mine, Content: "on my own review"}))(t)
	must(c.a.Comments.Create(ctx, other, comment.Draft{ReviewID: c.mine, Content: "an answer", ReplyTo: &said.ID}))(t)
	must(c.a.Comments.Create(ctx, me, comment.Draft{ReviewID: c.mine, Content: "to myself", ReplyTo: &said.ID}))(t)
	check(t, c.a.DB.Tx(ctx, func(tx *gorm.DB) error { // of which imports must keep both times
		for _, table := range []string{"lists", "reviews", "viewings", "comments"} {
			err := tx.Exec("UPDATE "+table+" SET created_at = ?, updated_at = ? WHERE id = 1", c.member.CreatedAt.AddDate(-2, 0, 0), c.member.CreatedAt.AddDate(-1, 0, 0)).Error
			if err != nil {
				return err
			}
		}
		return nil
	}))

	b := apptest.New(t)
	var catalogue bytes.Buffer
	must(c.a.Movies.Export(ctx, &catalogue))(t)
	copyCatalogue(t, b, &catalogue)
	there, them := apptest.Member(t, b, "영화광", auth.RoleMember), apptest.Member(t, b, "other", auth.RoleMember)
	theirs := download(t, c.a, apptest.SignIn(t, c.a, c.other).Access)
	bring(t, b, them, theirs)
	archive := download(t, c.a, c.token)
	if _, others := bring(t, b, there, archive); len(others) > 0 {
		t.Errorf("rows that are not created: %+v", others)
	}
	want, got := facts(t, unzip(t, archive)), facts(t, unzip(t, download(t, b, apptest.SignIn(t, b, there).Access)))
	if all := strings.Join(want["reviews.jsonl"], "") + strings.Join(want["profile.jsonl"], ""); strings.Count(all, `"image":"PNG of`) != 1 || strings.Count(all, `"image":"JPEG of`) != 2 {
		t.Errorf("the member has not an image of each kind: %s", all)
	}
	for _, all := range []map[string][]string{want, got} {
		withoutAny(all["profile.jsonl"], `,"username".*`)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exported again (-want +got):\n%s", diff)
	}
	if imp, others := bring(t, b, there, archive); imp.Created != 0 || len(others) == 0 {
		t.Errorf("the second time %+v", imp.Counts)
	}
	if imp, _ := bring(t, b, there, without(t, archive, "cinecircle.json")); imp.Created != 0 {
		t.Errorf("without the header %+v", imp.Counts)
	}
}

// TestImportingAnExportNotifiesNobodyElse holds that the others of a community hear nothing of what comes back.
func TestImportingAnExportNotifiesNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	ctx := t.Context()
	archive := download(t, c.a, c.token)
	heir := apptest.Member(t, c.a, "heir", auth.RoleMember)
	before, _, err := c.a.Notifications.Unread(ctx, c.other.ID)
	check(t, err)
	bring(t, c.a, heir, archive)
	after, _, err := c.a.Notifications.Unread(ctx, c.other.ID)
	check(t, err)
	if before != after {
		t.Errorf("the other one had %d notifications, and %d after the import", before, after)
	}
	follows := export(t, c.a, apptest.SignIn(t, c.a, heir).Access, "cinecircle")["follows.jsonl"]
	if !strings.Contains(follows, `"other"`) {
		t.Errorf("the import did not bring the follow: %q", follows)
	}
	if problems := recounted(t, c.a); problems != "" {
		t.Errorf("counters are wrong: %s", problems)
	}
}

// TestWhatNeedsOthersWaitsForThem imports on an instance without the other member.
func TestWhatNeedsOthersWaitsForThem(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	b := apptest.New(t)
	var catalogue bytes.Buffer
	must(c.a.Movies.Export(t.Context(), &catalogue))(t)
	copyCatalogue(t, b, &catalogue)
	_, others := bring(t, b, apptest.Member(t, b, "somebody", auth.RoleMember), download(t, c.a, c.token))
	var kinds []string
	for _, r := range others {
		if r.Outcome != transfer.NeedsReview {
			t.Errorf("%+v", r)
		}
		kinds = append(kinds, r.Kind)
	}
	if diff := cmp.Diff([]string{"comment", "review_like", "follow"}, kinds); diff != "" {
		t.Errorf("rows that need a person (-want +got):\n%s", diff)
	}
}
