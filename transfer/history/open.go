package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// MaxRows is how many rows the files of a member have at most.
const MaxRows = 100_000

// Limits bound the files of a member, with their images.
var Limits = tabular.Limits{Unpacked: 64 << 20, Ratio: 200}

// ErrTooManyRows means that a file has more than MaxRows rows.
var ErrTooManyRows = apperr.New(apperr.Invalid, "import_too_long",
	"The file has more than 100,000 rows. Please divide it.", "파일의 행이 10만 개를 넘습니다. 나누어 올려 주세요.")

// Options say how files are read.
type Options struct {
	Format   string           // the name of a format; "" tells it by the content
	Encoding tabular.Encoding // "" guesses it; for OpenFile
	Zone     *time.Location   // of the service: instants become its days; nil is UTC
	Filename string           // what the member calls a single file; it counts only where contents are alike
}

// Source is what a member brings: files whose format is known.
type Source struct {
	Format   Format
	Encoding tabular.Encoding
	Guessed  bool     // the encoding is a guess
	Ignored  []string // headings that the format does not know, each once
	Unread   []string // files of an archive whose content is not known, but for empty ones

	scope  *scope
	parts  []*part
	reader readCloser
	seen   map[string]int // how often the keys before occurred
	files  *tabular.Files // to be closed, of OpenFile

	first map[string]diary.Day    // the first viewings of films, see [Source.sayAgain]; nil before they are looked for
	anew  func() (*Source, error) // opens the files a second time
}

// scope is what the parts of a source share.
type scope struct {
	Options
	rows int
	has  map[string]bool // kinds of files that there are, such as letterboxd-ratings

	films   map[string]string // the ids of Letterboxd by title and year; "" for several films
	viewed  map[string]bool   // the addresses of the entries of the diary that were read
	reviews reviews
	lens    lens
	lists   map[string]bool // the keys of lists that were read
	// listNames are the keys of lists by what they are called in names of files.
	listNames map[string]string

	images   images
	owner    string           // of the own format: the member whose export it is
	numbered map[int64]string // of the own format: the keys of lists by their numbers
}

// part is a file of a source.
type part struct {
	format  Format
	name    string // the kind of file, behind the name of the format
	extra   bool   // it only tells more about films
	order   int    // parts are read in this order
	file    *tabular.File
	ignored []string
	prepare func(*scope) error // may be nil
	open    func(*scope) (readCloser, error)
}

type readCloser interface {
	Reader
	io.Closer
}

// Tabular returns how the files are opened that [Open] gets.
func (o Options) Tabular() tabular.Options {
	return tabular.Options{Encoding: o.Encoding, Limits: Limits, Known: Known, Attached: attached, Own: ownFolders}
}

// OpenFile opens and recognises a file within the Limits. Besides ErrUnknown it returns the errors of [tabular.Open].
func OpenFile(name string, o Options) (*Source, error) {
	files, err := tabular.Open(name, o.Tabular())
	if err != nil {
		return nil, err
	}
	s, err := Open(files.List, o)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	s.files = files
	return s, nil
}

// Open recognises the files of one format. The result must be closed before the files are.
func Open(files []*tabular.File, o Options) (*Source, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Format != "" {
		if _, err := ParseFormat(o.Format); err != nil {
			return nil, err
		}
	}
	s := &Source{seen: map[string]int{}, anew: func() (*Source, error) { return Open(files, o) }, scope: &scope{
		Options: o, has: map[string]bool{}, films: map[string]string{}, viewed: map[string]bool{}, lists: map[string]bool{}, listNames: map[string]string{}, numbered: map[int64]string{},
		images: images{files: map[string]*tabular.File{}, used: map[string]bool{}},
	}}
	if err := s.recognise(files, o); err != nil {
		return nil, err
	}
	if err := oneArchive(s.parts); err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.parts, func(a, b *part) int { return a.order - b.order })
	if err := s.describe(); err != nil {
		return nil, err
	}
	for _, p := range s.parts {
		if p.prepare == nil {
			continue
		}
		if err := p.prepare(s.scope); err != nil {
			return nil, p.failed(err)
		}
	}
	s.parts = slices.DeleteFunc(s.parts, func(p *part) bool { return p.extra })
	return s, nil
}

// recognise sets the parts that the files are.
func (s *Source) recognise(files []*tabular.File, o Options) error {
	var failed error
	for _, f := range files {
		if f.Attached {
			s.scope.images.files[f.Name] = f
			continue
		}
		parts, err := recognise(f, o)
		if errors.Is(err, ErrUnknown) && o.Format == "" {
			err = cmp.Or(nextTo(f.Head), err)
		}
		switch {
		case errors.Is(err, ErrUnknown) && f.Inside: // somebody else's business
			failed = err
			s.leaveUnread(f)
		case err != nil:
			return err
		}
		for _, p := range parts {
			s.parts = append(s.parts, p)
			s.scope.has[p.format.Name+"-"+p.name] = true
		}
	}
	switch {
	case slices.ContainsFunc(s.parts, func(p *part) bool { return !p.extra }):
		return nil
	case len(s.parts) == 0 && len(s.Unread) > 1:
		return UnknownNames(s.Unread, o.Format)
	}
	return cmp.Or(failed, unknown(onlyFilms, o.Format))
}

// oneArchive refuses files of an archive and of another one in it, or of two of these: an export and a copy of it would make two
// viewings of each.
func oneArchive(parts []*part) error {
	for _, p := range parts {
		if one, other := parts[0].file.Archive, p.file.Archive; one != other {
			name := cmp.Or(one, other)
			return refused("The archive has another archive in it, "+name+", and both have files that are read. Please import one after another.",
				"압축 파일 안에 또 다른 압축 파일("+name+")이 있고, 양쪽에 가져올 파일이 들어 있습니다. 하나씩 가져와 주세요.", "several archives")
		}
	}
	return nil
}

// leaveUnread names a file of an archive that is not known, unless it is empty.
func (s *Source) leaveUnread(f *tabular.File) {
	if text := strings.TrimSpace(f.Head); text != "" && text != "[]" && text != "{}" {
		s.Unread = append(s.Unread, f.Name)
	}
}

// describe sets the fields for people, and refuses files of several formats.
func (s *Source) describe() error {
	s.Format, s.Encoding = s.parts[0].format, s.parts[0].file.Encoding
	for _, p := range s.parts {
		if p.format != s.Format {
			return refused("The files are of several formats: "+s.Format.Title+", "+p.format.Title+". Please import one after another.",
				"파일의 형식이 서로 다릅니다: "+s.Format.Title+", "+p.format.Title+". 하나씩 가져와 주세요.", p.format.Title)
		}
		if p.file.Guessed {
			s.Encoding, s.Guessed = p.file.Encoding, true
		}
		for _, name := range p.ignored {
			if !slices.Contains(s.Ignored, name) {
				s.Ignored = append(s.Ignored, name)
			}
		}
	}
	return nil
}

// Known reports whether a file in an archive is of interest, by its name in small letters.
func Known(name string) bool {
	folder, base := path.Split(name)
	if slices.Contains(ownFiles, name) {
		return true
	}
	return !skipped.MatchString(name) && slices.Contains(folders, folder) && slices.Contains([]string{".csv", ".json"}, path.Ext(base))
}

// folders are those of exports whose files are read: of Letterboxd, and of older tools for Trakt.
var folders = []string{"", "lists/", "likes/", "history/", "watched/", "ratings/", "watchlist/"}

// ownFolders are the folders that mean something: what Letterboxd has deleted is no history, also if it is packed alone.
var ownFolders = []string{"lists", "likes", "history", "watched", "ratings", "watchlist", "deleted", "orphaned", "images"}

// skipped are files of Letterboxd and Trakt that are not read: they have an address of a person, what others wrote and made,
// or what has no place here.
var skipped = regexp.MustCompile(`^(profile\.csv|comments\.csv|likes/(reviews|lists)\.csv|(user-|likes[-_]|hidden-|network-|collection-|notes-).*\.json|lists-collaborations\.json)$`)

// Next implements [Reader].
func (s *Source) Next() (Entry, error) {
	for len(s.parts) > 0 {
		if s.reader == nil {
			r, err := s.parts[0].open(s.scope)
			if err != nil {
				return Entry{}, s.parts[0].failed(err)
			}
			s.reader = r
		}
		e, err := s.reader.Next()
		if err == nil {
			e.File = s.scope.inside(s.parts[0].file)
			return s.keyed(s.sayAgain(e)), nil
		}
		if !errors.Is(err, io.EOF) {
			return Entry{}, s.parts[0].failed(err)
		}
		if err := s.closePart(); err != nil {
			return Entry{}, err
		}
	}
	e, err := s.scope.images.next()
	if err != nil {
		return e, err
	}
	return s.keyed(e), nil
}

// sayAgain sets Again of a viewing of which the source does not say whether the film was seen before. Most exports begin with the
// latest one, so that its rows in their order do not tell it.
func (s *Source) sayAgain(e Entry) Entry {
	if e.Kind != Viewing || e.Rewatch != nil || e.Day == 0 || e.Film.NotFilm != "" {
		return e
	}
	if s.first == nil {
		s.first = map[string]diary.Day{}
		s.findFirst()
	}
	day, has := s.first[e.Film.Key()]
	e.Again = has && day < e.Day
	return e
}

// findFirst reads the files a second time. What ends that ends the first reading too, which returns it.
func (s *Source) findFirst() {
	other, err := s.anew()
	if err != nil {
		return
	}
	other.first = s.first // and so it is not looked for again
	for {
		e, err := other.Next()
		if err != nil {
			break
		}
		if e.Kind != Viewing || e.Rewatch != nil || e.Day == 0 || e.Failed != fine || e.Kept != fine {
			continue
		}
		if day, has := s.first[e.Film.Key()]; !has || e.Day < day {
			s.first[e.Film.Key()] = e.Day
		}
	}
	_ = other.Close() // nothing was written
}

// inside returns what a file is called where one of several is meant.
func (s *scope) inside(f *tabular.File) string {
	switch {
	case f.Inside && f.Called != "":
		return path.Join(path.Dir(f.Name), f.Called)
	case f.Inside:
		return f.Name
	case s.Filename != "": // an upload, which is one file
		return ""
	}
	return f.Called
}

// failed returns an error with the name of the file in the archive.
func (p *part) failed(err error) error {
	if _, ok := errors.AsType[*apperr.Error](err); ok || !p.file.Inside {
		return err
	}
	return fmt.Errorf("%s: %w", p.file.Name, err)
}

func (s *Source) closePart() error {
	r := s.reader
	s.parts, s.reader = s.parts[1:], nil
	return r.Close()
}

// Close closes what is open.
func (s *Source) Close() error {
	var all []error
	if s.reader != nil {
		all = append(all, s.closePart())
	}
	s.parts = nil
	if s.files != nil {
		all = append(all, s.files.Close())
	}
	return errors.Join(all...)
}

// keyed turns the keys that readers give into those of [Entry].
func (s *Source) keyed(e Entry) Entry {
	if e.Key == "" {
		return e
	}
	e.Key = s.count(e.Kind, e.Key)
	if e.Viewing != "" {
		e.Viewing = s.last(Viewing, e.Viewing)
	}
	if e.ListKey != "" {
		e.ListKey = s.last(List, e.ListKey)
	}
	return e
}

// count returns the key of the next occurrence of what readers call key.
func (s *Source) count(kind Kind, key string) string {
	first := hashed(kind, key, 1)
	s.seen[first]++
	return hashed(kind, key, s.seen[first])
}

// last returns the key of the last occurrence.
func (s *Source) last(kind Kind, key string) string {
	return hashed(kind, key, max(1, s.seen[hashed(kind, key, 1)]))
}

func hashed(kind Kind, key string, n int) string {
	sum := sha256.Sum256([]byte(string(kind) + "\n" + strconv.Itoa(n) + "\n" + key))
	return hex.EncodeToString(sum[:16])
}
