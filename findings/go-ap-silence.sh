#!/usr/bin/env bash
# github.com/go-ap/activitypub v0.0.0-20250810115208-cb73b20a1742.
#
# What its reader of ActivityPub does not know, it leaves out without an error. A Review, which BookWyrm servers send each
# other, is no object and no error. Of a Note go hashtags, the texts by language (contentMap) and every duration, also those
# that the package itself wrote (PT2H10M).
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/go-ap/activitypub@v0.0.0-20250810115208-cb73b20a1742 <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"time"

	ap "github.com/go-ap/activitypub"
)

func main() {
	video := ap.ObjectNew(ap.VideoType)
	video.Duration = 130 * time.Minute
	written, err := video.MarshalJSON()
	fmt.Println("written", string(written), err)
	for _, sent := range []string{
		string(written),
		`{"type":"Note","tag":[{"type":"Hashtag","name":"#parasite"},{"type":"Mention","name":"@kim"}]}`,
		`{"type":"Note","contentMap":{"ko":"기생충","en":"Parasite"}}`,
		`{"type":"Review","name":"Stairs","content":"and rain"}`,
		`{"type":"Create","actor":"https://films.example/kim","object":{"type":"Review","name":"Stairs"}}`,
	} {
		read, err := ap.UnmarshalJSON([]byte(sent))
		again, _ := json.Marshal(read)
		fmt.Println("read", string(again), err)
	}
}
GO
)
expect 'written {"type":"Video","duration":"PT2H10M"} <nil>
read {"type":"Video"} <nil>
read {"type":"Note","tag":[{"type":"Mention","name":"@kim"}]} <nil>
read {"type":"Note"} <nil>
read null <nil>
read {"type":"Create","actor":"https://films.example/kim"} <nil>' "$got"
