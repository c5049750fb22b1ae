package tabular

import (
	"archive/zip"
	"bufio"
	"bytes"
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
}

// File is a file that was inspected and can be read as often as needed.
type File struct {
	Name     string // in small letters without folders of its own, .gz or a folder around all files of an archive
	Encoding Encoding
	Guessed  bool   // the encoding is a guess
	Inside   bool   // it was found in an archive or a folder
	Size     int64  // in bytes, unpacked
	Head     string // the first 64 KiB at most, in UTF-8

	source source
	limits Limits
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

// Open opens a file, or all files of known names in a folder, unpacks them, and inspects them. The result must be closed.
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

func (f *Files) addFolder(folder string, o Options) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.Type().IsRegular() && o.Known(strings.TrimSuffix(name, ".gz")) {
			before := len(f.List)
			if err := f.addFile(filepath.Join(folder, e.Name()), o); err != nil {
				return fmt.Errorf("%s: %w", e.Name(), err)
			}
			for _, file := range f.List[before:] {
				file.Inside = true
			}
		}
	}
	if len(f.List) == 0 {
		return ErrNothing
	}
	return nil
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
	oleMagic  = []byte{0xD0, 0xCF, 0x11, 0xE0}
)

func (f *Files) add(name string, file readerAt, o Options) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	name = strings.ToLower(name)
	magic := make([]byte, 4)
	n, err := file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	magic = magic[:n]
	section := func() io.Reader { return io.NewSectionReader(file, 0, info.Size()) }
	switch {
	case bytes.HasPrefix(magic, zipMagic), bytes.HasPrefix(magic, emptyZIP):
		return f.addArchive(file, info.Size(), o)
	case bytes.HasPrefix(magic, gzipMagic):
		return f.inspect(strings.TrimSuffix(name, ".gz"), source{packed: info.Size(), open: func() (io.ReadCloser, error) {
			return gzip.NewReader(bufio.NewReaderSize(section(), 1<<16))
		}}, o)
	case bytes.HasPrefix(magic, oleMagic):
		return ErrBinary
	}
	return f.inspect(name, source{open: func() (io.ReadCloser, error) { return io.NopCloser(section()), nil }}, o)
}

func (f *Files) addArchive(file io.ReaderAt, size int64, o Options) error {
	archive, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are compared, and never used as paths
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	if len(archive.File) > o.Limits.orDefault().Names {
		return ErrNames
	}
	names, unpacked := entryNames(archive), int64(0)
	for i, entry := range archive.File {
		if !o.Known(names[i]) {
			continue
		}
		from := source{packed: size, before: unpacked, open: entry.Open}
		if err := f.inspect(names[i], from, o); err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
		last := f.List[len(f.List)-1]
		last.Inside, unpacked = true, unpacked+last.Size
	}
	if len(f.List) == 0 {
		return ErrNothing
	}
	return nil
}

// entryNames returns the names of the entries of an archive in small letters, without a folder around all of them. The
// entries that macOS adds have no name.
func entryNames(archive *zip.Reader) []string {
	names := make([]string, len(archive.File))
	top, folders := "", true
	for i, entry := range archive.File {
		name := path.Clean(strings.ToLower(strings.ReplaceAll(entry.Name, `\`, "/")))
		if strings.HasSuffix(entry.Name, "/") || strings.HasPrefix(name, "__macosx/") || path.Base(name) == ".ds_store" || strings.HasPrefix(path.Base(name), "._") {
			continue
		}
		names[i] = name
		first, _, inFolder := strings.Cut(name, "/")
		folders = folders && inFolder && (top == "" || top == first)
		top = first
	}
	if folders && top != "" {
		for i, name := range names {
			names[i] = strings.TrimPrefix(name, top+"/")
		}
	}
	return names
}

// inspect reads a file once and adds it.
func (f *Files) inspect(name string, from source, o Options) error {
	limits := o.Limits.orDefault()
	for _, other := range f.List {
		limits.Unpacked -= other.Size
	}
	file := &File{Name: name, Encoding: o.Encoding, source: from, limits: limits}
	found := &inspection{}
	if err := file.copyTo(found); err != nil {
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
	f.List = append(f.List, file)
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
	return &decoded{Reader: f.Encoding.decode(&counting{r: r, done: done}), Closer: r}, nil
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
