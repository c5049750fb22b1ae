#!/usr/bin/env bash
# github.com/gorilla/feeds v1.2.0.
#
# An entry without an Id gets one of its day and the path of its link, without query and fragment. So reviews of one film that
# are linked by fragment, or pages told apart by query, are one entry to readers (RFC 4287, section 4.2.6: ids are unique).
# Without a date, the id is another one each time that the feed is rendered, and "updated" is empty.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/gorilla/feeds@v1.2.0 <<'GO'
package main

import (
	"fmt"
	"regexp"
	"time"

	"github.com/gorilla/feeds"
)

func main() {
	day := time.Date(2019, 5, 30, 0, 0, 0, 0, time.UTC)
	feed := &feeds.Feed{Title: "Reviews", Link: &feeds.Link{Href: "https://films.example/"}, Created: day}
	for _, link := range []string{"/film/3#review-1", "/film/3#review-2", "/watch?v=1", "/watch?v=2"} {
		feed.Add(&feeds.Item{Title: link, Link: &feeds.Link{Href: "https://films.example" + link}, Created: day})
	}
	feed.Add(&feeds.Item{Title: "undated", Link: &feeds.Link{Href: "https://films.example/film/4"}})
	first, err := feed.ToAtom()
	if err != nil {
		panic(err)
	}
	second, _ := feed.ToAtom()
	for _, id := range regexp.MustCompile(`<id>tag:.*</id>|<updated></updated>`).FindAllString(first, -1) {
		fmt.Println(id)
	}
	undated := regexp.MustCompile(`<id>(urn:uuid:.*)</id>`)
	fmt.Println("same id again:", undated.FindStringSubmatch(first)[1] == undated.FindStringSubmatch(second)[1])
}
GO
)
expect '<id>tag:films.example,2019-05-30:/film/3</id>
<id>tag:films.example,2019-05-30:/film/3</id>
<id>tag:films.example,2019-05-30:/watch</id>
<id>tag:films.example,2019-05-30:/watch</id>
<updated></updated>
same id again: false' "$got"
