package tabular

import (
	"encoding/json"
	"strings"
)

// Shape is how the rows of a file are written.
type Shape int

// The values of [Shape].
const (
	Table     Shape = iota // cells with a character between them
	Lines                  // a JSON value on each line
	Documents              // JSON in any other form
)

// Shape returns the shape of the file by its first bytes.
func (f *File) Shape() Shape {
	head := strings.TrimSpace(f.Head)
	named := strings.HasSuffix(f.Name, ".jsonl") || strings.HasSuffix(f.Name, ".ndjson")
	switch {
	case head == "" && named: // of an empty catalogue, for instance
		return Lines
	case head == "" || head[0] != '{' && head[0] != '[':
		return Table
	case named:
		return Lines
	}
	if head[0] == '[' { // an array, also if each of its elements is on a line
		return Documents
	}
	for i, text := range strings.SplitN(head, "\n", 4) {
		if text = strings.TrimSpace(text); i < 3 && strings.HasPrefix(text, "{") && json.Valid([]byte(text)) {
			return Lines // the first may be broken
		}
	}
	return Documents
}

// Separator returns the character between the cells of a table, and the table without a line "sep=;" that Excel writes
// before it. That character is the one of comma, semicolon and tab that is most often in the first line that has one, outside
// of quotation marks: titles may stand above a table.
func Separator(head string) (comma byte, named bool) {
	for text := range strings.Lines(head) {
		text = strings.TrimRight(text, "\r\n")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if len(text) == len("sep=;") && strings.EqualFold(text[:4], "sep=") {
			return text[4], true
		}
		if comma, found := mostOften(text); found {
			return comma, false
		}
	}
	return ',', false
}

func mostOften(text string) (comma byte, found bool) {
	counts, inside := map[rune]int{}, false
	for _, r := range text {
		if r == '"' {
			inside = !inside
		} else if !inside {
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return byte(best), counts[best] > 0
}
