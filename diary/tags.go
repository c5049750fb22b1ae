package diary

import (
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
)

// tagKey returns the form by which tags are compared: their case does not matter.
func tagKey(tag string) string { return norm.NFC.String(cases.Fold().String(tag)) }

// DistinctTags returns tags without those that differ from an earlier one by their case only: a viewing has each once.
func DistinctTags(tags []string) []string {
	seen := make(map[string]bool, len(tags))
	return slices.DeleteFunc(slices.Clone(tags), func(tag string) bool {
		key := tagKey(tag)
		again := seen[key]
		seen[key] = true
		return again
	})
}

func encodeTags(tags []string) (string, error) {
	if len(tags) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(tags)
	if err != nil {
		return "", fmt.Errorf("encode tags: %w", err)
	}
	return string(text), nil
}

// storeTags stores the tags of a viewing that has none, for the search by tag.
func storeTags(tx *gorm.DB, v Viewing, tags []string) error {
	rows := make([]ViewingTag, len(tags))
	for i, tag := range tags {
		rows[i] = ViewingTag{ViewingID: v.ID, UserID: v.UserID, TagKey: tagKey(tag), WatchedOn: v.WatchedOn}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Create(&rows).Error; err != nil {
		return fmt.Errorf("store tags of viewing %d: %w", v.ID, err)
	}
	return nil
}

// TagList returns the tags of a viewing, never nil.
func (v Viewing) TagList() []string {
	tags := []string{}
	_ = json.Unmarshal([]byte(v.Tags), &tags) // it is from encodeTags
	return tags
}
