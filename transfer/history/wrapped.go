package history

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/tabular"
)

// The paths of rows that are elements of an array, and of one that is the whole document.
var (
	elements = []string{"[]"}
	whole    = []string{""}
)

// fields are those of an object of JSON: the keys of the first element of each that is an array of objects, and none for the
// others.
type fields map[string][]string

// fieldsOf reads the object that a document is. What is no JSON or too long ends the reading: whoever reads the rows says so.
func fieldsOf(f *tabular.File) (fields, error) {
	r, err := f.Reader(nil)
	if err != nil {
		return nil, err
	}
	all, last := fields{}, ""
	rows := tabular.NewDocuments(r, func(path string) bool {
		last = path
		if !strings.ContainsAny(path, ".[") && path != "" {
			all[path] = nil
		}
		return strings.HasSuffix(path, "[]") && path != "[]" && !strings.Contains(path, ".")
	})
	for {
		row, err := rows.Next()
		if err != nil {
			return all, r.Close()
		}
		name := strings.TrimSuffix(last, "[]")
		var element map[string]json.RawMessage
		if all[name] == nil && json.Unmarshal(row.JSON, &element) == nil {
			all[name] = slices.Sorted(maps.Keys(element))
		}
	}
}

// have reports whether the object itself has the keys of a row.
func (all fields) have(d document) bool {
	return !slices.ContainsFunc(strings.Fields(d.keys), func(key string) bool {
		return !slices.ContainsFunc(strings.Split(key, "|"), func(k string) bool {
			_, has := all[k]
			return has || d.deep(k)
		})
	})
}

// deep reports whether a key of a row is in an object that the row has.
func (d document) deep(key string) bool { return key == "parent_id" }

// wrapped returns the parts that the fields of an object are: some tools write all that an account has into one document.
func wrapped(f *tabular.File, o Options, all fields) (parts []*part) {
	var used []string
	for _, d := range documents() {
		if d.within == "" || !chosen(o.Format, d.format, d.name) {
			continue
		}
		d.paths = nil
		for name := range strings.SplitSeq(d.within, "|") {
			if !slices.ContainsFunc(strings.Fields(d.marks), func(key string) bool { return !slices.Contains(all[name], key) }) {
				d.paths = append(d.paths, name+"[]")
				used = append(used, name)
			}
		}
		if len(d.paths) > 0 {
			parts = append(parts, d.part(f))
		}
	}
	if len(parts) > 0 {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if len(all[name]) > 0 && !slices.Contains(used, name) {
				parts[0].ignored = append(parts[0].ignored, name)
			}
		}
	}
	return parts
}
