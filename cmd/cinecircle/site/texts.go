package site

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/platform/korean"
)

//go:embed texts/*.json
var textFiles embed.FS

// texts are the texts of one language by key. In a text {} is a placeholder for the next value, {0} and {1} are
// placeholders for the first and the second, and {을/를} becomes the form of the Korean particle that fits the
// preceding word.
type texts map[string]string

// loadTexts returns the catalogue of every language.
func loadTexts() (map[string]texts, error) {
	out := make(map[string]texts, len(languages))
	for _, lang := range languages {
		body, err := textFiles.ReadFile("texts/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("load texts: %w", err)
		}
		var t texts
		if err := json.Unmarshal(body, &t); err != nil {
			return nil, fmt.Errorf("read the texts in %s: %w", lang, err)
		}
		out[lang] = t
	}
	return out, nil
}

// say returns a text with its placeholders filled in, for places without elements: strings among the values are
// [isolated]. Without values it returns the text as it is, for the script, which fills it in itself. Values are never
// read as placeholders. An unknown key is an error, and so is a placeholder without a value.
func (t texts) say(key string, values ...any) (string, error) {
	return t.fill(key, values, func(literal string) string { return literal }, isolated)
}

// show is say for the content of an element: strings among the values are elements of their own, see [isolatedHTML].
// The script fills in attributes only, so a placeholder without a value is an error here also when there are no values.
func (t texts) show(key string, values ...any) (template.HTML, error) {
	if text := t[key]; len(values) == 0 && strings.Contains(text, "{") {
		return "", fmt.Errorf("text %q has placeholders and no values: %s", key, text)
	}
	text, err := t.fill(key, values, template.HTMLEscapeString, func(s string) string { return string(isolatedHTML(s)) })
	return template.HTML(text), err //nolint:gosec // all parts are escaped
}

// fill passes the text between the placeholders through literal and strings among the values through value.
func (t texts) fill(key string, values []any, literal, value func(string) string) (string, error) {
	text, ok := t[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	if len(values) == 0 {
		return literal(text), nil
	}
	var out, read strings.Builder // what is returned, and what is read aloud, which decides the particle
	for next := 0; ; {
		before, rest, found := strings.Cut(text, "{")
		out.WriteString(literal(before))
		read.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, _ := strings.Cut(rest, "}")
		text = after
		if consonant, vowel, ok := strings.Cut(name, "/"); ok {
			out.WriteString(korean.Particle(read.String(), consonant, vowel))
			continue
		}
		i, err := placeholder(name, next)
		if err != nil || i >= len(values) {
			return "", fmt.Errorf("text %q has no value for {%s}", key, name)
		}
		fmt.Fprint(&read, values[i])
		if s, ok := values[i].(string); ok {
			out.WriteString(value(s))
		} else {
			fmt.Fprint(&out, values[i])
		}
		next = i + 1
	}
}

// placeholder returns which value a placeholder is for: the one that its name counts from 0, or the next one.
func placeholder(name string, next int) (int, error) {
	if name == "" {
		return next, nil
	}
	i, err := strconv.ParseUint(name, 10, 8)
	return int(i), err
}

// count returns the text for a number of things: key.one for one of them, if there is such a text, or key.other.
func (t texts) count(key string, n int64) (string, error) {
	if _, ok := t[key+".one"]; ok && n == 1 {
		return t.say(key+".one", number(n))
	}
	return t.say(key+".other", number(n))
}

// number groups the digits of n by three.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// text returns a text in the language of the visitor, or its key if there is no such text.
func (c *pageContext) text(key string, values ...any) string {
	text, err := c.site.pages.texts[c.prefs.Lang].say(key, values...)
	if err != nil {
		return key
	}
	return text
}

// count is text for a number of things.
func (c *pageContext) count(key string, n int64) string {
	text, err := c.site.pages.texts[c.prefs.Lang].count(key, n)
	if err != nil {
		return key
	}
	return text
}

// html is text for the content of an element.
func (c *pageContext) html(key string, values ...any) template.HTML {
	text, err := c.site.pages.texts[c.prefs.Lang].show(key, values...)
	if err != nil {
		return template.HTML(template.HTMLEscapeString(key)) //nolint:gosec // it is escaped
	}
	return text
}
