#!/usr/bin/env bash
# github.com/json-iterator/go v1.1.12 and github.com/segmentio/encoding v0.5.4, beside encoding/json of Go 1.26,
# github.com/goccy/go-json v0.12.0 and github.com/bytedance/sonic v1.15.5.
#
# Two of four encoders that call themselves drop-in replacements ignore `omitzero`, which encoding/json has since Go 1.24. A
# film that nobody has seen was then seen on the first of January of the year 1. gin takes jsoniter with -tags jsoniter.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/json-iterator/go@v1.1.12 github.com/segmentio/encoding@v0.5.4 github.com/goccy/go-json@v0.12.0 \
  github.com/bytedance/sonic@v1.15.5 <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"
	jsoniter "github.com/json-iterator/go"
	segmentio "github.com/segmentio/encoding/json"
)

func main() {
	film := struct {
		Title string    `json:"title"`
		Seen  time.Time `json:"seen,omitzero"`
	}{Title: "Parasite"}
	for _, encoder := range []struct {
		name    string
		marshal func(any) ([]byte, error)
	}{
		{"encoding/json", json.Marshal},
		{"goccy", goccy.Marshal},
		{"sonic", sonic.ConfigStd.Marshal},
		{"jsoniter", jsoniter.ConfigCompatibleWithStandardLibrary.Marshal},
		{"segmentio", segmentio.Marshal},
	} {
		text, err := encoder.marshal(film)
		fmt.Println(encoder.name, string(text), err)
	}
}
GO
)
expect 'encoding/json {"title":"Parasite"} <nil>
goccy {"title":"Parasite"} <nil>
sonic {"title":"Parasite"} <nil>
jsoniter {"title":"Parasite","seen":"0001-01-01T00:00:00Z"} <nil>
segmentio {"title":"Parasite","seen":"0001-01-01T00:00:00Z"} <nil>' "$got"
