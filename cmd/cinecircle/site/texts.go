package site

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed texts/*.json
var textFiles embed.FS

// texts is one language: what is said, by key. {} stands for what is filled in, in order; {0} and
// {1} stand for the first and the second of it, where a language wants another order.
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

// say returns a text with its gaps filled in. A key that is missing is an error, which a test meets first.
func (t texts) say(key string, values ...any) (string, error) {
	text, ok := t[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	for i, value := range values {
		shown := fmt.Sprint(value)
		text = strings.Replace(strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", shown), "{}", shown, 1)
	}
	return text, nil
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

// text returns a text in the language of the visitor, its key where there is none.
func (v *visit) text(key string, values ...any) string {
	text, err := v.site.pages.texts[v.prefs.Lang].say(key, values...)
	if err != nil {
		return key
	}
	return text
}
