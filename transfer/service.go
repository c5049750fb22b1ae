package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer/history"
	"github.com/cinecircle/cinecircle/user"
)

// MaxFile is how many bytes an uploaded file has at most.
const MaxFile = 32 << 20

// The errors of this package. Those of the format are in package history.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such import.", "해당 가져오기를 찾을 수 없습니다.")
	ErrNoRow = apperr.New(apperr.NotFound, "not_found",
		"The import has no such row.", "가져오기에 해당 행이 없습니다.")
	ErrRunning = apperr.New(apperr.Conflict, "import_running",
		"Another import of yours is not finished. Wait for it, confirm it or discard it first.",
		"아직 끝나지 않은 가져오기가 있습니다. 완료될 때까지 기다리거나, 먼저 확정 또는 취소해 주세요.")
	ErrNotReady = apperr.New(apperr.Conflict, "import_not_ready",
		"The import is not ready.", "아직 준비되지 않았거나 이미 처리된 가져오기입니다.")
	// ErrUnreadable means that the file is damaged or too large when it is unpacked. Its copies say in their text what is wrong.
	ErrUnreadable = apperr.New(apperr.Invalid, "import_unreadable",
		"The file cannot be read.", "파일을 읽을 수 없습니다.")
)

// Deps is what a Service needs; all fields but Log are required.
type Deps struct {
	DB        *database.DB
	Users     *user.Service
	Movies    *movie.Service
	Reviews   *review.Service
	Reactions *reaction.Service
	Diary     *diary.Service
	Lists     *list.Service
	Follows   *follow.Service
	Comments  *comment.Service
	Pictures  *picture.Decoder
	Media     *media.Library
	Clock     func() time.Time
	Zone      *time.Location // of the days of members
	Log       *slog.Logger   // nil discards logs
}

// Service imports the histories of members. It is safe for concurrent use.
type Service struct {
	db        *database.DB
	users     *user.Service
	movies    *movie.Service
	reviews   *review.Service
	reactions *reaction.Service
	diary     *diary.Service
	lists     *list.Service
	follows   *follow.Service
	comments  *comment.Service
	pictures  *picture.Decoder
	media     *media.Library
	clock     func() time.Time
	zone      *time.Location
	log       *slog.Logger
	wake      chan struct{} // has a value when there may be work
	beat      time.Duration // between renewals of a lease

	decodeAgain time.Duration // until an image at which the decoder crashed is decoded again
}

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete and [Service.MergeMovies] with
// movie.Service.OnMerge.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		db: d.DB, users: d.Users, movies: d.Movies, reviews: d.Reviews, reactions: d.Reactions, diary: d.Diary, lists: d.Lists,
		follows: d.Follows, comments: d.Comments, pictures: d.Pictures, media: d.Media,
		clock: d.Clock, zone: d.Zone, log: d.Log, wake: make(chan struct{}, workers), beat: lease / 3, decodeAgain: decodeAgain,
	}
}

func (s *Service) now() time.Time { return database.Time(s.clock()) }

// Options are what a member wants of an import.
type Options struct {
	Format     string `json:"format,omitempty"`     // "" tells it by the content
	Encoding   string `json:"encoding,omitempty"`   // "" guesses it
	Visibility string `json:"visibility,omitempty"` // of lists: "public", or "" for the default
}

// noted is what an import notes of what was asked for and of what it leaves alone.
type noted struct {
	Options
	Columns []string `json:"columns,omitempty"` // that are not known
	Files   []string `json:"files,omitempty"`   // of an archive, that are not known
}

// mostOfNames is how many characters the names of what an import leaves alone have together.
const mostOfNames = 500

// fitting returns the first of some names that have at most a number of characters together as JSON, and how many they have.
func fitting(names []string, most int) (fit []string, used int) {
	for _, name := range names {
		name, _ = cut(name, 60)
		stored, err := json.Marshal(name)
		if used += utf8.RuneCount(stored) + len(","); err != nil || used > most {
			break
		}
		fit = append(fit, name)
	}
	return fit, used
}

// LeftAlone returns the columns and the files of an archive that are not known and not used, the first ones of many.
func (i Import) LeftAlone() (columns, files []string) {
	var n noted
	if json.Unmarshal([]byte(i.Asked), &n) != nil {
		return []string{}, []string{}
	}
	return append([]string{}, n.Columns...), append([]string{}, n.Files...)
}

// Upload is a file that a member sends.
type Upload struct {
	Filename string // as the member calls it
	Data     []byte // at most MaxFile
	Options
}

// Start stores the file of a new import, which is read in the background, and returns the import. It returns
// history.ErrUnknown, [ErrUnreadable], [ErrRunning], and auth.ErrUserGone when the account does not exist.
func (s *Service) Start(ctx context.Context, userID int64, u Upload) (Import, error) {
	source, err := s.openUpload(u)
	if err != nil {
		return Import{}, err
	}
	from := source.Source
	if err := source.Close(); err != nil {
		return Import{}, fmt.Errorf("close the file of an import: %w", err)
	}
	var made Import
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		var err error
		if made, err = s.begin(tx, userID, u.Filename, from, u.Options); err != nil {
			return err
		}
		if err := storeFile(tx, made.ID, u.Data); err != nil {
			return err
		}
		return idempotency.Keep(tx, made)
	})
	if err != nil {
		return Import{}, orRunning(err)
	}
	s.workSoon()
	return made, nil
}

// begin stores a new import.
func (s *Service) begin(tx *gorm.DB, userID int64, filename string, from *history.Source, o Options) (Import, error) {
	if err := user.Lock(tx, userID); errors.Is(err, user.ErrNotFound) {
		return Import{}, auth.ErrUserGone
	} else if err != nil {
		return Import{}, err
	}
	columns, used := fitting(from.Ignored, mostOfNames)
	files, _ := fitting(from.Unread, mostOfNames-used)
	asked, err := json.Marshal(noted{o, columns, files})
	if err != nil {
		return Import{}, fmt.Errorf("encode the options of an import: %w", err)
	}
	now := s.now()
	name, _ := cut(filename, 255)
	imp := Import{
		UserID: userID, ActiveUserID: &userID, Status: Reading, Format: from.Format.Name, Encoding: string(from.Encoding), Filename: name,
		Asked:      string(asked),
		LeaseUntil: now, CreatedAt: now,
	}
	return imp, tx.Create(&imp).Error
}

// orRunning returns ErrRunning for the error of a second import of a member.
func orRunning(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrRunning
	}
	return err
}

// chunkSize is less than a packet of MySQL.
const chunkSize = 512 << 10

func storeFile(tx *gorm.DB, importID int64, data []byte) error {
	n := int64(0)
	for part := range slices.Chunk(data, chunkSize) {
		n++
		if err := storePart(tx, importID, n, part); err != nil {
			return err
		}
	}
	return nil
}

func storePart(tx *gorm.DB, importID, n int64, part []byte) error {
	err := database.Exec(tx, "INSERT INTO import_chunks (import_id, n, data) VALUES (?, ?, ?)", importID, n, part)
	if err != nil {
		return fmt.Errorf("store part %d of the file of import %d: %w", n, importID, err)
	}
	return nil
}

// Get returns an import of a member, or [ErrNotFound].
func (s *Service) Get(ctx context.Context, userID, id int64) (Import, error) {
	imp, err := take(s.db.Reader(ctx), id)
	if err == nil && (imp.UserID != userID || imp.Status == discarded) {
		err = ErrNotFound
	}
	if err != nil {
		return Import{}, err
	}
	return imp, nil
}

func take(db *gorm.DB, id int64) (Import, error) {
	var imp Import
	found := db.Where("id = ?", id).Limit(1).Find(&imp)
	if found.Error != nil {
		return Import{}, fmt.Errorf("load import %d: %w", id, found.Error)
	}
	if found.RowsAffected == 0 {
		return Import{}, ErrNotFound
	}
	return imp, nil
}

// List returns a page of the imports of a member, newest first, and the key of the next page, nil on the last.
func (s *Service) List(ctx context.Context, userID int64, p page.Page) ([]Import, *page.Key, error) {
	q := s.db.Reader(ctx).Where("user_id = ? AND status <> ?", userID, discarded)
	if p.After != nil {
		q = q.Where("id < ?", p.After.ID)
	}
	var rows []Import
	if err := q.Order("id DESC").Limit(p.Fetch()).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list the imports of user %d: %w", userID, err)
	}
	rows, next := page.Cut(rows, p, func(i Import) page.Key { return page.Key{ID: i.ID} })
	return rows, next, nil
}

// Confirm lets the rows of an import be applied, and returns the import. It is idempotent while they are. It returns
// [ErrNotFound] and [ErrNotReady].
func (s *Service) Confirm(ctx context.Context, userID, id int64) (imp Import, err error) {
	err = s.change(ctx, userID, id, func(tx *gorm.DB, i *Import) error {
		switch i.Status {
		case Running:
		case Ready:
			i.Status, i.Counts, i.Applied, i.LeaseUntil, i.LeaseToken = Running, Counts{}, 0, s.now(), 0
		default:
			return ErrNotReady
		}
		imp = *i
		return saveImport(tx, i)
	})
	if err != nil {
		return Import{}, err
	}
	s.workSoon()
	return imp, nil
}

// Remove discards an import that is read or ready, and undoes a finished one in the background: what it has made and nobody
// has changed since goes, and the rest stays created, with the reason. It is idempotent. It returns [ErrNotFound], and
// [ErrRunning] while the import is applied.
func (s *Service) Remove(ctx context.Context, userID, id int64) error {
	err := s.change(ctx, userID, id, func(tx *gorm.DB, i *Import) error {
		switch i.Status {
		case Running:
			return ErrRunning
		case Undone, undoing:
			return nil
		case Done, Failed:
			if i.Applied == 0 { // nothing was stored
				i.Status = discarded
				break
			}
			i.Status, i.Applied, i.ActiveUserID, i.FinishedAt = undoing, 0, &userID, nil
		default:
			i.Status, i.ActiveUserID = discarded, nil
		}
		i.LeaseUntil, i.LeaseToken = s.now(), 0
		return saveImport(tx, i)
	})
	if err != nil {
		return orRunning(err)
	}
	s.workSoon()
	return nil
}

// change calls fn with a locked import of a member.
func (s *Service) change(ctx context.Context, userID, id int64, fn func(tx *gorm.DB, i *Import) error) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		imp, err := take(database.ForUpdate(tx), id)
		if err == nil && (imp.UserID != userID || imp.Status == discarded) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return fn(tx, &imp)
	})
}

// saveImport stores all columns of a locked import.
func saveImport(tx *gorm.DB, i *Import) error {
	if err := tx.Model(&Import{}).Where("id = ?", i.ID).Select("*").Omit("id").UpdateColumns(i).Error; err != nil {
		return fmt.Errorf("update import %d: %w", i.ID, err)
	}
	return nil
}

// options returns what the member asked for.
func (i Import) options() (o Options, err error) {
	if err = json.Unmarshal([]byte(i.Asked), &o); err != nil {
		err = fmt.Errorf("read the options of import %d: %w", i.ID, err)
	}
	return o, err
}
