package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The records of the page, in the folder bench beside it.
const (
	recordSmall = "sqlite-small.txt"
	recordLarge = "sqlite-large.txt"
	recordMySQL = "mysql-small.txt"
)

// renderDocs writes the tables of a page again, and the plots beside it. It replaces the text between
// <!-- begin NAME --> and <!-- end NAME -->, and keeps everything else.
func renderDocs(page string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err // it names the file
	}
	records := map[string]*record{}
	for _, name := range []string{recordSmall, recordLarge, recordMySQL} {
		r, err := readRecord(filepath.Join(filepath.Dir(page), "bench", name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		records[name] = r // nil when there is none
	}
	text := string(old)
	for name, content := range sections(records) {
		if text, err = replace(text, name, content); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	for name, svg := range plots(records) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(page), name), []byte(svg), 0o644); err != nil {
			return fmt.Errorf("write a plot: %w", err)
		}
	}
	return os.WriteFile(page, []byte(text), 0o644)
}

// sections returns the generated parts of the page by name.
func sections(records map[string]*record) map[string]string {
	s := map[string]string{"small": "", "large": "", "mysql": "", "growth": ""}
	for name, file := range map[string]string{"small": recordSmall, "large": recordLarge, "mysql": recordMySQL} {
		s[name] = "Not measured yet.\n"
		if r := records[file]; r != nil {
			s[name] = tables(r)
		}
	}
	s["growth"] = "Not measured yet.\n"
	if records[recordSmall] != nil && records[recordLarge] != nil {
		s["growth"] = growth(records[recordSmall], records[recordLarge])
	}
	return s
}

// replace puts content between the marks of a name.
func replace(text, name, content string) (string, error) {
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, ok1 := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("the marks of %q are missing", name)
	}
	return before + begin + "\n" + strings.TrimSpace(content) + "\n\n" + end + after, nil
}

// plots returns the plots of the page as SVG, by file name.
func plots(records map[string]*record) map[string]string {
	p := map[string]string{}
	for name, of := range map[string]struct{ file, title string }{
		"performance-small.svg": {recordSmall, "Server CPU per request, 10,000 films"},
		"performance-large.svg": {recordLarge, "Server CPU per request, 1,000,000 films"},
	} {
		if r := records[of.file]; r != nil {
			p[name] = plotCPU(r, of.title)
		}
	}
	if records[recordSmall] != nil && records[recordLarge] != nil {
		p["performance-growth.svg"] = plotGrowth(records[recordSmall], records[recordLarge])
	}
	return p
}

// plotCPU plots the kinds that the database/sql yardstick also answers.
func plotCPU(r *record, title string) string {
	d := dots{
		title: title, series: []string{"cinecircle", "net/http + database/sql", "net/http, static"},
		show: shortMicros,
	}
	for _, k := range kinds {
		if r.median(k.key, unitSQL) == 0 {
			continue
		}
		d.rows = append(d.rows, dotRow{k.title, []float64{
			r.median(k.key, unitCPU) / 1e3, r.median(k.key, unitSQL) / 1e3, r.median(k.key, unitStatic) / 1e3,
		}, k.target})
	}
	return d.svg()
}

// shortMicros returns microseconds as text, from 1,000 on as milliseconds.
func shortMicros(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.3g ms", v/1000)
	}
	return fmt.Sprintf("%.3g µs", v)
}

// plotGrowth plots the growth of every kind, and the limit.
func plotGrowth(small, large *record) string {
	d := dots{
		title: "Server CPU with a hundred times the data; the goal is at most 2×", limit: maxGrowth,
		series: []string{"growth"}, show: func(v float64) string { return fmt.Sprintf("%.3g×", v) },
	}
	for _, k := range kinds {
		before, after := small.median(k.key, unitCPU), large.median(k.key, unitCPU)
		if before > 0 && after > 0 {
			d.rows = append(d.rows, dotRow{label: k.title, values: []float64{after / before}})
		}
	}
	return d.svg()
}
