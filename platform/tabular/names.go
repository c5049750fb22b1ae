package tabular

import (
	"archive/zip"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// readName returns the name of an entry of an archive in NFC, with / between folders. Programs of Windows write names in the
// code page of the machine, and those of macOS take letters apart.
func readName(raw string) string {
	name := raw
	if !utf8.ValidString(raw) {
		name = oldName(raw)
	}
	return norm.NFC.String(strings.ReplaceAll(name, `\`, "/"))
}

// oldName decodes a name that is not UTF-8: from CP949 if that gives Hangul, and from CP437, which has all bytes, otherwise.
func oldName(raw string) string {
	var check hangulCheck
	korean, err := decoders[CP949].NewDecoder().String(raw)
	if _, wrong := check.Write([]byte(korean)); err == nil && wrong == nil && check.hangul && !check.wrong {
		return korean
	}
	if old, err := charmap.CodePage437.NewDecoder().String(raw); err == nil {
		return old
	}
	return strings.ToValidUTF8(raw, "_")
}

// entryNames returns the names of the entries of an archive in small letters, without the folders around all that is of
// interest. The entries that macOS adds have no name.
func entryNames(archive *zip.Reader, o Options) []string {
	names := make([]string, len(archive.File))
	for i, entry := range archive.File {
		name := path.Clean(strings.ToLower(readName(entry.Name)))
		if strings.HasSuffix(entry.Name, "/") || strings.HasPrefix(name, "__macosx/") || path.Base(name) == ".ds_store" || strings.HasPrefix(path.Base(name), "._") {
			continue
		}
		names[i] = name
	}
	if around := strings.Join(o.around(names), "/"); around != "" {
		for i, name := range names {
			names[i] = strings.TrimPrefix(name, around+"/")
		}
	}
	return names
}

// around returns the folders, each in the one before, that have everything of interest in them. Other files may be beside
// them.
func (o Options) around(names []string) (folders []string) {
	found := false
	for _, name := range names {
		above, of := o.above(name)
		if !of {
			continue
		}
		if !found {
			folders, found = above, true
			continue
		}
		same := 0
		for same < min(len(folders), len(above)) && folders[same] == above[same] {
			same++
		}
		folders = folders[:same]
	}
	return folders
}

// above returns the folders that a file may be in without being of another kind, down to the first one that means something,
// and whether the file is of interest at all.
func (o Options) above(name string) (folders []string, of bool) {
	parts := strings.Split(name, "/")
	for n := len(parts) - 1; n >= 0 && name != ""; n-- {
		inside := strings.Join(parts[n:], "/")
		if !o.Known(inside) && (o.Attached == nil || !o.Attached(inside)) {
			continue
		}
		folders = parts[:n]
		if own := slices.IndexFunc(folders, func(f string) bool { return slices.Contains(o.Own, f) }); own >= 0 {
			folders = folders[:own]
		}
		return folders, true
	}
	return nil, false
}
