package transfer

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/transfer/history"
	"github.com/cinecircle/cinecircle/user"
)

// readBatch is how many rows are matched and stored at once.
const readBatch = 250

// fileFaults are the sentences for files that are refused as a whole.
var fileFaults = []struct {
	err  error
	text apperr.Text
}{
	{tabular.ErrTooLarge, apperr.Text{
		EN: "The file is larger than 64 MiB when it is unpacked. An export of cinecircle can be packed anew without its images.",
		KO: "압축을 풀면 64MiB를 넘는 파일입니다. cinecircle에서 내보낸 파일이라면 images 폴더를 빼고 다시 압축해 주세요.",
	}},
	{tabular.ErrRatio, apperr.Text{EN: "The file becomes too many times larger when it is unpacked.", KO: "압축을 풀면 지나치게 커지는 파일입니다."}},
	{tabular.ErrTruncated, apperr.Text{EN: "The archive is damaged or was cut off.", KO: "압축 파일이 손상되었거나 끝까지 저장되지 않았습니다."}},
	{tabular.ErrNames, apperr.Text{EN: "The archive has too many files.", KO: "압축 파일에 들어 있는 파일이 너무 많습니다."}},
	{tabular.ErrNULs, apperr.Text{
		EN: "The file is filled with NUL bytes: it was not saved completely.", KO: "파일이 NUL 바이트로 채워져 있습니다. 끝까지 저장되지 않은 파일입니다.",
	}},
	{tabular.ErrBinary, apperr.Text{
		EN: "The file is not text: it is a workbook, a PDF, a picture or the like. Choose the ZIP, CSV or JSON that you downloaded, " +
			"or save a workbook as CSV.",
		KO: "엑셀 통합 문서, PDF, 사진처럼 텍스트가 아닌 파일입니다. 내려받은 ZIP, CSV, JSON 파일을 골라 주세요. 통합 문서는 CSV로 저장하면 됩니다.",
	}},
	{tabular.ErrRowTooLong, apperr.Text{
		EN: "The file has a value of more than 1 MiB.", KO: "1MiB를 넘는 값이 들어 있는 파일입니다.",
	}},
	{tabular.ErrArchive, apperr.Text{
		EN: "The file is an archive that is not opened, such as RAR, 7z or TAR. Please pack the files as ZIP.",
		KO: "RAR, 7z, TAR, 알집(ALZ, EGG)처럼 열 수 없는 압축 파일입니다. ZIP으로 다시 압축해 주세요.",
	}},
	{tabular.ErrPassword, apperr.Text{
		EN: "The archive is protected with a password. Please pack the files without one.",
		KO: "암호가 걸린 압축 파일입니다. 암호 없이 다시 압축해 주세요.",
	}},
	{tabular.ErrNested, apperr.Text{
		EN: "The archive has archives in archives. Please unpack it once, and choose one of them.",
		KO: "압축 파일 안에 압축 파일이 여러 겹 들어 있습니다. 한 번 풀어서 안에 있는 파일을 골라 주세요.",
	}},
	{tabular.ErrDepth, apperr.Text{EN: "The JSON of the file is nested too deeply.", KO: "JSON이 너무 깊게 중첩된 파일입니다."}},
}

// readable returns history.ErrUnknown for archives with other files, ErrUnreadable with its sentence for the errors of damaged
// files, and other errors as they are. format is the one that was asked for, or "".
func readable(err error, format string) error {
	if others, ok := errors.AsType[*tabular.NamesError](err); ok {
		return history.UnknownNames(others.Names, format)
	}
	for _, fault := range fileFaults {
		if errors.Is(err, fault.err) {
			return unreadable(fault.text)
		}
	}
	if syntax, ok := errors.AsType[*tabular.SyntaxError](err); ok {
		return unreadable(apperr.Text{
			EN: fmt.Sprintf("The file cannot be read as JSON from line %d on: it is damaged or was cut off.", syntax.Line),
			KO: fmt.Sprintf("%d번째 줄부터 JSON으로 읽을 수 없습니다. 파일이 손상되었거나 끝까지 저장되지 않았습니다.", syntax.Line),
		})
	}
	return err
}

// unreadable returns ErrUnreadable with a sentence.
func unreadable(why apperr.Text) error {
	e := *ErrUnreadable
	e.Text = why
	return &e
}

// file is the opened file of an import. Closing it deletes its copy on this machine.
type file struct {
	*history.Source
	folder string
}

// Close implements [io.Closer].
func (f file) Close() error { return errors.Join(f.Source.Close(), os.RemoveAll(f.folder)) }

// openUpload opens the file of an upload, to see what it is.
func (s *Service) openUpload(u Upload) (file, error) {
	return s.openCopy(bytes.NewReader(u.Data), u.Filename, u.Options)
}

// openCopy opens a file that is copied into a folder of its own, because archives are not read from their begin to their end.
func (s *Service) openCopy(from io.Reader, filename string, o Options) (file, error) {
	encoding, err := parseEncoding(o.Encoding)
	if err != nil {
		return file{}, err
	}
	folder, err := os.MkdirTemp("", "import-*")
	if err != nil {
		return file{}, fmt.Errorf("make a folder for an import: %w", err)
	}
	opened, err := s.openIn(folder, from, history.Options{Format: o.Format, Encoding: encoding, Zone: s.zone, Filename: filename})
	if err != nil {
		return file{}, errors.Join(readable(err, o.Format), os.RemoveAll(folder))
	}
	return file{Source: opened, folder: folder}, nil
}

func (s *Service) openIn(folder string, from io.Reader, o history.Options) (*history.Source, error) {
	name := filepath.Join(folder, "file")
	copied, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("copy the file of an import: %w", err)
	}
	_, err = io.Copy(copied, from)
	if err = errors.Join(err, copied.Close()); err != nil {
		return nil, fmt.Errorf("copy the file of an import: %w", err)
	}
	return history.OpenFile(name, o)
}

// parseEncoding returns an encoding, "" for none, or an apperr.ErrValidation.
func parseEncoding(name string) (tabular.Encoding, error) {
	if name == "" {
		return "", nil
	}
	e, err := tabular.ParseEncoding(name)
	if err != nil {
		return "", apperr.Validation(apperr.Field{Name: "encoding", Code: "enum", Text: apperr.Text{
			EN: "This must be utf-8, utf-16le, utf-16be, cp949, cp1252 or cp1251.",
			KO: "utf-8, utf-16le, utf-16be, cp949, cp1252, cp1251 중 하나여야 합니다.",
		}})
	}
	return e, nil
}

// chunks reads the file of an import from the database, a part at a time.
type chunks struct {
	ctx  context.Context //nolint:containedctx // an io.Reader takes none
	s    *Service
	id   int64
	n    int64
	rest []byte
}

// Read implements [io.Reader].
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		c.n++
		var part Chunk
		found := c.s.db.Reader(c.ctx).Where("import_id = ? AND n = ?", c.id, c.n).Limit(1).Find(&part)
		if found.Error != nil {
			return 0, fmt.Errorf("load part %d of the file of import %d: %w", c.n, c.id, found.Error)
		}
		if found.RowsAffected == 0 {
			return 0, io.EOF
		}
		c.rest = part.Data
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// read reads the file of an import and stores its rows with what would happen to them. When another worker has begun that,
// it begins anew.
func (s *Service) read(ctx context.Context, imp Import) error {
	o, err := imp.options()
	if err != nil {
		return err
	}
	o.Format = cmp.Or(o.Format, imp.Format) // one that says more, such as imdb-list, is needed again
	opened, err := s.openCopy(&chunks{ctx: ctx, s: s, id: imp.ID}, imp.Filename, o)
	if err != nil {
		return err
	}
	return errors.Join(s.readFrom(ctx, imp, opened.Source), opened.Close())
}

// readFrom stores the entries of a reader as rows, and makes the import ready.
func (s *Service) readFrom(ctx context.Context, imp Import, from *history.Source) error {
	if err := s.forgetRows(ctx, imp); err != nil {
		return err
	}
	plan, err := s.newApplier(imp, true)
	if err != nil {
		return err
	}
	n := int64(0)
	for {
		rows, err := nextRows(from, imp.ID, n)
		if err != nil && !errors.Is(err, io.EOF) {
			return readable(err, imp.Format)
		}
		last := errors.Is(err, io.EOF)
		n += int64(len(rows))
		if err := s.storeRows(ctx, plan, rows, last); err != nil || last {
			return err
		}
	}
}

// nextRows returns the next rows after n, with io.EOF when they are the last ones.
func nextRows(from *history.Source, importID, n int64) (rows []*job, err error) {
	for len(rows) < readBatch {
		e, err := from.Next()
		if err == nil {
			err = checkImage(&e, from)
		}
		if err != nil {
			return rows, err
		}
		j := &job{entry: e, row: &Row{ImportID: importID, N: n + int64(len(rows)) + 1, Kind: string(e.Kind), Candidates: "[]"}}
		j.row.Title, _ = cut(title(e), 255)
		j.row.Year, j.row.Line = e.Film.Year, e.Line
		j.row.File, _ = cut(e.File, 255)
		rows = append(rows, j)
	}
	return rows, nil
}

// title returns what a row is called.
func title(e history.Entry) string {
	switch {
	case e.Film.Title != "" || e.Film.OriginalTitle != "":
		return cmp.Or(e.Film.Title, e.Film.OriginalTitle)
	case e.Film.IDs != (movie.ExternalIDs{}):
		return e.Film.IDs.List()[0].String()
	case e.Title != "":
		return e.Title
	case e.Username != "":
		return e.Username
	}
	line, _, _ := strings.Cut(strings.TrimSpace(e.Text), "\n")
	return line
}

// storeRows matches rows, plans them, and stores them with the progress of the import. After the last rows it is ready.
func (s *Service) storeRows(ctx context.Context, plan *applier, rows []*job, last bool) error {
	if err := s.matchRows(ctx, rows); err != nil {
		return err
	}
	var counts Counts
	stored := make([]Row, len(rows))
	if err := plan.load(s.db.Reader(ctx), rows); err != nil {
		return err
	}
	for i, j := range rows {
		if err := plan.row(j); err != nil {
			return err
		}
		counts.add(j.row.Outcome, 1)
		plan.images = plan.images || j.entry.Image != "" && j.row.Outcome != Bad
		var err error
		if j.row.Entry, err = encodeEntry(j.entry); err != nil {
			return err
		}
		stored[i] = *j.row
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, plan.imp.UserID); err != nil { // whom ready notifies
			return err
		}
		imp, err := s.hold(tx, plan.imp)
		if err != nil {
			return err
		}
		if len(stored) > 0 {
			fresh := append([]Row(nil), stored...) // Tx may run this again
			if err := tx.Create(&fresh).Error; err != nil {
				return fmt.Errorf("store rows of import %d: %w", imp.ID, err)
			}
		}
		imp.Rows += int64(len(rows))
		imp.Counts = imp.Counts.plus(counts)
		if last {
			return s.ready(tx, &imp, plan.images)
		}
		return saveImport(tx, &imp)
	})
}

// ready makes an import ready, and tells the member. The file is kept if there are images to be stored from it.
func (s *Service) ready(tx *gorm.DB, imp *Import, images bool) error {
	if !images {
		if err := forgetFile(tx, imp.ID); err != nil {
			return err
		}
	}
	imp.Status, imp.LeaseToken, imp.LeaseUntil = Ready, 0, s.now().Add(forgetReady)
	if err := saveImport(tx, imp); err != nil {
		return err
	}
	return notify.Send(tx, notify.Event{UserID: imp.UserID, Type: notify.TypeImportReady, ImportID: &imp.ID})
}

// lockUser locks the account of a member. It returns errLost when that is gone, and the imports with it.
func lockUser(tx *gorm.DB, id int64) error {
	if err := user.Lock(tx, id); errors.Is(err, user.ErrNotFound) {
		return errLost
	} else if err != nil {
		return err
	}
	return nil
}

// plus adds up counts.
func (c Counts) plus(other Counts) Counts {
	return Counts{
		Created: c.Created + other.Created, Unchanged: c.Unchanged + other.Unchanged, Kept: c.Kept + other.Kept,
		NeedsReview: c.NeedsReview + other.NeedsReview, NotAFilm: c.NotAFilm + other.NotAFilm, Bad: c.Bad + other.Bad,
	}
}

// Sum returns the number of rows that have an outcome.
func (c Counts) Sum() int64 {
	return c.Created + c.Unchanged + c.Kept + c.NeedsReview + c.NotAFilm + c.Bad
}

// matchRows sets the films of rows.
func (s *Service) matchRows(ctx context.Context, rows []*job) error {
	var about []*job
	var drafts []movie.Draft
	for _, j := range rows {
		if !j.hasFilm() {
			continue
		}
		draft := j.entry.Film.Draft()
		j.row.FilmKey = filmKey(j.entry.Film)
		about, drafts = append(about, j), append(drafts, draft)
	}
	found, err := s.movies.Match(ctx, drafts)
	if err != nil {
		return err
	}
	for i, j := range about {
		m := found[i]
		if m.MovieID != 0 {
			j.row.MovieID = &m.MovieID
			continue
		}
		j.row.Reason = encodeText(m.Reason)
		if j.row.Candidates, err = encodeIDs(m.Candidates); err != nil {
			return err
		}
	}
	return nil
}

// maxCandidates is how many films a row names.
const maxCandidates = 20

func encodeIDs(ids []int64) (string, error) {
	if len(ids) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(ids[:min(len(ids), maxCandidates)])
	if err != nil {
		return "", fmt.Errorf("encode candidates: %w", err)
	}
	return string(text), nil
}

// filmKey is the same for the rows of an import that are about a title and a year, in whatever spelling. Rows that have only
// an id are about the same film if it is equal.
func filmKey(f history.Film) int64 {
	name := cmp.Or(f.Title, f.OriginalTitle)
	if name == "" {
		return hashOf("id", f.Key())
	}
	return hashOf("title", movie.TitleKey(name), f.Year)
}

// hashOf returns a number for values that are the same again.
func hashOf(values ...any) int64 {
	text, err := json.Marshal(values)
	if err != nil {
		panic(fmt.Sprintf("transfer: hash %v: %v", values, err)) // values of this package can be encoded
	}
	sum := sha256.Sum256(text)
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// sourceKey returns the key of a [Source]: of an entry of a format, or of something that it brought along.
func sourceKey(format, what, key string) string {
	sum := sha256.Sum256([]byte(format + "\n" + what + "\n" + key))
	return hex.EncodeToString(sum[:16])
}

// storedEntry is an entry as it is stored: without the text of the row, and with a rating that JSON can read.
type storedEntry struct {
	history.Entry
	Rating int64  `json:",omitempty"`
	Text   string `json:",omitempty"`
}

func encodeEntry(e history.Entry) (string, error) {
	text, err := json.Marshal(storedEntry{Entry: e, Rating: int64(e.Rating)})
	if err != nil {
		return "", fmt.Errorf("encode an entry: %w", err)
	}
	return string(text), nil
}

func decodeEntry(text string) (history.Entry, error) {
	var stored storedEntry
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return history.Entry{}, fmt.Errorf("read an entry: %w", err)
	}
	stored.Entry.Rating, stored.Entry.Text = stars.Stars(stored.Rating), ""
	return stored.Entry, nil
}

// cut returns at most n characters of a text, and whether that is less.
func cut(text string, n int) (string, bool) {
	count := 0
	for i := range text {
		if count == n {
			return text[:i], true
		}
		count++
	}
	return text, false
}

// forgetRows deletes the rows of an import, a few in each transaction.
func (s *Service) forgetRows(ctx context.Context, mine Import) error {
	for {
		var left int64
		err := s.db.Tx(ctx, func(tx *gorm.DB) error {
			imp, err := s.hold(tx, mine)
			if err != nil {
				return err
			}
			if left, err = deleteSome(tx, &Row{}, "import_id = ?", imp.ID); err != nil {
				return err
			}
			imp.Rows, imp.Counts = 0, Counts{}
			return saveImport(tx, &imp)
		})
		if err != nil || left == 0 {
			return err
		}
	}
}

// deletedAtOnce is how many rows one statement deletes.
const deletedAtOnce = 1000

// deleteSome deletes some of the rows of a model, and returns 0 when these were all.
func deleteSome(tx *gorm.DB, model any, condition string, args ...any) (more int64, err error) {
	var ids []int64
	if err := tx.Model(model).Where(condition, args...).Order("id").Limit(deletedAtOnce).Pluck("id", &ids).Error; err != nil {
		return 0, fmt.Errorf("look for rows of %T: %w", model, err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	in, list := database.InList(ids)
	if err := tx.Where("id IN "+in, list...).Delete(model).Error; err != nil {
		return 0, fmt.Errorf("delete rows of %T: %w", model, err)
	}
	if len(ids) < deletedAtOnce {
		return 0, nil
	}
	return int64(len(ids)), nil
}
