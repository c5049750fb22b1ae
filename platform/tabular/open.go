package tabular

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Options say how files are opened.
type Options struct {
	Encoding Encoding // overrules the guess; "" guesses
	Limits   Limits

	// Known reports whether a file in an archive or folder is of interest, by its name in small letters with / between
	// folders. Others are not read.
	Known func(name string) bool
	// Attached reports whether a file in an archive is a picture or another file that is no table: it is listed without
	// being inspected, see [File.Bytes]. It may be nil.
	Attached func(name string) bool
	// Own are the names of folders that mean something, in small letters: they are never taken for a folder around all files.
	Own []string
}

// File is a file that was inspected and can be read as often as needed.
type File struct {
	Name     string // in small letters without folders of its own, .gz or a folder around all files of an archive
	Called   string // the last part of the name as it is written, without .gz
	Encoding Encoding
	Guessed  bool   // the encoding is a guess
	Inside   bool   // it was found in an archive or a folder
	Archive  string // the name of the archive within an archive in which it was found, as it is written; "" for others
	Attached bool   // see [Options]; it has no Encoding and no Head
	Size     int64  // in bytes, unpacked; of an attached file as the archive says
	Head     string // the first 64 KiB at most, in UTF-8

	source source
	limits Limits
	oldMac bool // lines end with a carriage return alone
}

// source is something that can be read several times.
type source struct {
	open   func() (io.ReadCloser, error)
	packed int64 // the size of the archive, or 0 without one
	before int64 // the unpacked size of the files before it in the archive
}

// Files are the files of one name on the command line or of one upload.
type Files struct {
	List   []*File // at least one
	size   int64   // of them together
	kept   int64   // the size of the archives within archives that are kept
	names  int     // in all archives
	closer []io.Closer
}

// Close closes what was opened.
func (f *Files) Close() error {
	var all []error
	for _, c := range f.closer {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}

// Open opens a file, or all files of known names in a folder and the folders in that, unpacks them, and inspects them. The
// result must be closed.
func Open(name string, o Options) (*Files, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	files := &Files{}
	if info.IsDir() {
		err = files.addFolder(name, o)
	} else {
		err = files.addFile(name, o)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), files.Close())
	}
	return files, nil
}

// OpenStream is Open for a stream that can be read once: it is kept in a temporary file without a name as long as it is open.
func OpenStream(r io.Reader, o Options) (*Files, error) {
	spool, err := os.CreateTemp("", "import-*")
	if err != nil {
		return nil, fmt.Errorf("keep standard input: %w", err)
	}
	files := &Files{closer: []io.Closer{removed{spool}}}
	if _, err = io.Copy(spool, io.LimitReader(r, o.Limits.orDefault().Unpacked+1)); err == nil {
		err = files.add("", spool, o)
	}
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	return files, nil
}

// removed is a file that goes when it is closed.
type removed struct{ *os.File }

// Close implements [io.Closer].
func (r removed) Close() error { return errors.Join(r.File.Close(), os.Remove(r.Name())) }

// addFolder adds the files of a folder, and of the folders in it.
func (f *Files) addFolder(folder string, o Options) error {
	names, err := namesIn(folder)
	if err != nil {
		return err
	}
	none := &NamesError{}
	for _, name := range names {
		lower := strings.ToLower(name)
		none.Names = append(none.Names, lower)
		if !o.Known(strings.TrimSuffix(lower, ".gz")) {
			continue
		}
		before := len(f.List)
		if err := f.addFile(filepath.Join(folder, filepath.FromSlash(name)), o); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, file := range f.List[before:] {
			file.Name, file.Inside = path.Join(path.Dir(lower), file.Name), true
		}
	}
	if len(f.List) == 0 {
		return none
	}
	return nil
}

// namesIn returns the names of the files of a folder, and of the folders in it, with / before the name of a file.
func namesIn(folder string) (names []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch {
		case e.Type().IsRegular():
			names = append(names, e.Name())
		case e.IsDir():
			below, err := os.ReadDir(filepath.Join(folder, e.Name()))
			if err != nil && !errors.Is(err, os.ErrPermission) { // of somebody else, such as lost+found
				return nil, err
			}
			for _, b := range below {
				if b.Type().IsRegular() {
					names = append(names, e.Name()+"/"+b.Name())
				}
			}
		}
	}
	return names, nil
}

func (f *Files) addFile(name string, o Options) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	f.closer = append(f.closer, file)
	return f.add(filepath.Base(name), file, o)
}

// readerAt is an opened file.
type readerAt interface {
	io.ReaderAt
	Stat() (os.FileInfo, error)
}

// The first bytes of archives and workbooks.
var (
	gzipMagic = []byte{0x1F, 0x8B}
	zipMagic  = []byte("PK\x03\x04")
	emptyZIP  = []byte("PK\x05\x06")

	// binaries are those of files without text: old workbooks, pictures, PDF, and databases.
	binaries = [][]byte{{0xD0, 0xCF, 0x11, 0xE0}, []byte("\x89PNG"), {0xFF, 0xD8, 0xFF}, []byte("GIF8"), []byte("%PDF"), []byte("SQLi")}

	// archives are those of archives that are not opened: RAR, 7z, ALZ, EGG, xz, zstd.
	archives = [][]byte{
		[]byte("Rar!"), []byte("7z\xBC\xAF"), []byte("ALZ\x01"), []byte("EGGA"), {0xFD, '7', 'z', 'X'}, {0x28, 0xB5, 0x2F, 0xFD},
	}
	bzip2Magic = []byte("BZh")
)

// tarMark is what a TAR has at tarAt.
const (
	tarMark = "ustar"
	tarAt   = 257
)

// foreign returns why a file with this begin is not read as text, or nil.
func foreign(head []byte) error {
	begins := func(of []byte) bool { return bytes.HasPrefix(head, of) }
	switch {
	case slices.ContainsFunc(binaries, begins):
		return ErrBinary
	case slices.ContainsFunc(archives, begins), len(head) > tarAt && bytes.HasPrefix(head[tarAt:], []byte(tarMark)),
		begins(bzip2Magic) && len(head) > 4 && bytes.HasPrefix(head[4:], []byte("1AY&")):
		return ErrArchive
	case begins(zipMagic), begins(gzipMagic): // an archive that was opened has it
		return ErrNested
	}
	return nil
}

// Names of files that every workbook of new versions has, in small letters: of Excel, and of LibreOffice and Hancom.
const (
	workbook     = "[content_types].xml"
	openDocument = "content.xml"
)

func (f *Files) add(name string, file readerAt, o Options) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	magic := make([]byte, 4)
	n, err := file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	magic = magic[:n]
	section := func() io.Reader { return io.NewSectionReader(file, 0, info.Size()) }
	switch {
	case bytes.HasPrefix(magic, zipMagic), bytes.HasPrefix(magic, emptyZIP):
		return f.addArchives(packed{file, info.Size(), info.Size(), ""}, o)
	case bytes.HasPrefix(magic, gzipMagic):
		return f.inspect(strings.TrimSuffix(strings.ToLower(name), ".gz"), withoutGZ(name), source{packed: info.Size(), open: func() (io.ReadCloser, error) {
			return gzip.NewReader(bufio.NewReaderSize(section(), 1<<16))
		}}, o)
	}
	return f.inspect(strings.ToLower(name), name, source{open: func() (io.ReadCloser, error) { return io.NopCloser(section()), nil }}, o)
}

// addArchives adds the files of an archive, and of the archives in it: people pack an export again with other things. What is
// in those in turn is not opened.
func (f *Files) addArchives(from packed, o Options) error {
	outer, err := f.addArchive(from, o)
	if err != nil {
		return err
	}
	if len(outer.archives) > maxInner {
		return ErrNames
	}
	inner, failed := contents{}, error(nil)
	for _, entry := range outer.archives {
		before, size := len(f.List), f.size
		in, err := f.addInner(entry, from.size, o)
		if err != nil {
			err = fmt.Errorf("%s: %w", path.Base(readName(entry.Name)), err)
		}
		if errors.Is(err, ErrTruncated) || errors.Is(err, ErrPassword) { // there may be others
			f.List, f.size, failed = f.List[:before], size, err
			continue
		}
		if err != nil {
			return err
		}
		inner.tables, inner.names, inner.archives = inner.tables+in.tables, append(inner.names, in.names...), append(inner.archives, in.archives...)
	}
	names := slices.Concat(outer.names, inner.names)
	switch {
	case outer.tables+inner.tables > 0:
		return nil
	case failed != nil:
		return failed
	case slices.Contains(names, workbook), slices.Contains(names, openDocument):
		return ErrBinary
	case len(inner.archives) > 0:
		return ErrNested
	}
	return &NamesError{Names: names}
}

// maxInner is how many archives may be in an archive.
const maxInner = 20

// packed is an archive.
type packed struct {
	file  io.ReaderAt
	size  int64
	whole int64  // the size of what somebody has packed: that of the archive around it, if there is one
	name  string // within the archive around it
}

// contents are what an archive has.
type contents struct {
	tables   int      // files that were added and have tables
	names    []string // of all files
	archives []*zip.File
}

// addInner adds the files of an archive in an archive, which it keeps in a temporary file within the limits.
func (f *Files) addInner(entry *zip.File, whole int64, o Options) (contents, error) {
	spool, err := os.CreateTemp("", "import-*")
	if err != nil {
		return contents{}, fmt.Errorf("keep an archive: %w", err)
	}
	f.closer = append(f.closer, removed{spool})
	limits := f.left(o)
	limits.Unpacked -= f.kept
	file := &File{source: source{packed: whole, open: opener(entry)}, limits: limits}
	if err := file.copyTo(spool); err != nil {
		return contents{}, err
	}
	info, err := spool.Stat()
	if err != nil {
		return contents{}, err
	}
	f.kept += info.Size()
	return f.addArchive(packed{spool, info.Size(), min(whole, info.Size()), path.Base(readName(entry.Name))}, o)
}

// addArchive adds the files of an archive that are of interest.
func (f *Files) addArchive(from packed, o Options) (in contents, err error) {
	archive, err := zip.NewReader(from.file, from.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are compared, and never used as paths
		return in, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	if f.names += len(archive.File); f.names > o.Limits.orDefault().Names {
		return in, ErrNames
	}
	names, unpacked := entryNames(archive, o), int64(0)
	last := map[string]int{} // whoever unpacks an archive gets the last one of a name
	for i, entry := range archive.File {
		last[entry.Name] = i
	}
	for i, entry := range archive.File {
		if last[entry.Name] != i {
			continue
		}
		source := source{packed: from.whole, before: unpacked, open: opener(entry)}
		switch {
		case o.Known(names[i]):
			in.tables++
			err = f.inspect(strings.TrimSuffix(names[i], ".gz"), withoutGZ(path.Base(readName(entry.Name))), source, o)
		case o.Attached != nil && names[i] != "" && o.Attached(names[i]):
			err = f.attach(names[i], source, entry.UncompressedSize64, o)
		case strings.HasSuffix(names[i], ".zip"):
			in.archives = append(in.archives, entry)
			continue
		default:
			continue
		}
		if err != nil {
			return in, fmt.Errorf("%s: %w", names[i], err)
		}
		last := f.List[len(f.List)-1]
		last.Inside, last.Archive, unpacked = true, from.name, unpacked+last.Size
	}
	in.names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	return in, nil
}

// encrypted is the bit in the flags of an entry that needs a password.
const encrypted = 1

// opener returns what opens an entry of an archive, without its packing as .gz.
func opener(entry *zip.File) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		if entry.Flags&encrypted != 0 {
			return nil, ErrPassword
		}
		r, err := entry.Open()
		if err != nil || !strings.HasSuffix(strings.ToLower(entry.Name), ".gz") {
			return r, err
		}
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		return &decoded{Reader: unpacked, Closer: r}, nil
	}
}

// withoutGZ returns a name without its ending .gz, in any case.
func withoutGZ(name string) string {
	if strings.HasSuffix(strings.ToLower(name), ".gz") {
		return name[:len(name)-len(".gz")]
	}
	return name
}

// attach adds a file without reading it.
func (f *Files) attach(name string, from source, size uint64, o Options) error {
	limits := f.left(o)
	if size > uint64(max(limits.Unpacked, 0)) {
		return ErrTooLarge
	}
	limits.Unpacked = int64(size)
	f.list(&File{Name: name, Attached: true, Size: int64(size), source: from, limits: limits})
	return nil
}

func (f *Files) list(file *File) {
	f.List = append(f.List, file)
	f.size += file.Size
}

// left returns the limits that the files before leave.
func (f *Files) left(o Options) Limits {
	limits := o.Limits.orDefault()
	limits.Unpacked -= f.size
	return limits
}

// Bytes returns the whole of a file as it is, within the limits. The errors are those of [Open].
func (f *File) Bytes() ([]byte, error) {
	r, err := f.bytes()
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(r)
	return all, errors.Join(err, r.Close())
}

// inspect reads a file once and adds it.
func (f *Files) inspect(name, called string, from source, o Options) error {
	limits := f.left(o)
	file := &File{Name: name, Called: called, Encoding: o.Encoding, source: from, limits: limits}
	found := &inspection{}
	if err := file.copyTo(found); err != nil {
		return cmp.Or(foreignIn(found, err), err)
	}
	if err := foreign(found.head); err != nil {
		return err
	}
	if file.Size = found.size; file.Encoding == "" {
		var err error
		if file.Encoding, file.Guessed, err = encodingOf(found, file.bytes); err != nil {
			return err
		}
	}
	head, err := io.ReadAll(file.Encoding.decode(bytes.NewReader(found.head)))
	if err != nil {
		return fmt.Errorf("read the begin of the file: %w", err)
	}
	file.Head = strings.TrimPrefix(string(head), string(byteOrderMark))
	if file.oldMac = strings.Contains(file.Head, "\r") && !strings.Contains(file.Head, "\n"); file.oldMac {
		file.Head = strings.ReplaceAll(file.Head, "\r", "\n")
	}
	f.list(file)
	return nil
}

// foreignIn returns why a file that was found to have NUL bytes has them, or nil.
func foreignIn(found *inspection, err error) error {
	if errors.Is(err, ErrNULs) {
		return foreign(found.head)
	}
	return nil
}

func (f *File) copyTo(w io.Writer) error {
	r, err := f.bytes()
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(w, struct{ io.Reader }{r}, make([]byte, 1<<18))
	return errors.Join(err, r.Close())
}

// bytes returns the unpacked file. Reading returns ErrTooLarge, ErrRatio and ErrTruncated.
func (f *File) bytes() (io.ReadCloser, error) {
	r, err := f.source.open()
	if errors.Is(err, ErrPassword) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return &bounded{ReadCloser: r, limits: f.limits, packed: f.source.packed, before: f.source.before}, nil
}

// bounded reads an unpacked file within the limits.
type bounded struct {
	io.ReadCloser
	limits Limits
	packed int64 // see source
	before int64
	read   int64
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case b.read > b.limits.Unpacked:
		return 0, ErrTooLarge
	case b.packed > 0 && (b.before+b.read+b.limits.Ratio-1)/b.limits.Ratio > b.packed:
		return 0, ErrRatio
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	}
	damaged := []error{io.ErrUnexpectedEOF, gzip.ErrHeader, gzip.ErrChecksum, zip.ErrFormat, zip.ErrChecksum, zip.ErrAlgorithm}
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	if corrupt || slices.ContainsFunc(damaged, func(d error) bool { return errors.Is(err, d) }) {
		return n, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return n, err
}

// Reader returns the file in UTF-8. done is called with the number of unpacked bytes that were read so far; it may be nil.
func (f *File) Reader(done func(int64)) (io.ReadCloser, error) {
	r, err := f.bytes()
	if err != nil {
		return nil, err
	}
	if done == nil {
		done = func(int64) {}
	}
	text := f.Encoding.decode(&counting{r: r, done: done})
	if f.oldMac {
		text = lineFeeds{text}
	}
	return &decoded{Reader: text, Closer: r}, nil
}

// lineFeeds makes a carriage return a line feed: the CSV of Excel for Macintosh has no other line breaks.
type lineFeeds struct{ io.Reader }

// Read implements [io.Reader].
func (l lineFeeds) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

type decoded struct {
	io.Reader
	io.Closer
}

// counting tells how much was read.
type counting struct {
	r    io.Reader
	n    int64
	done func(int64)
}

// Read implements [io.Reader].
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.done(c.n)
	return n, err
}
