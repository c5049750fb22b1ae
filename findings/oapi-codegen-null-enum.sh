#!/usr/bin/env bash
# github.com/oapi-codegen/oapi-codegen/v2 v2.8.2, models only.
#
# An enum that may be null has to list null among its values (OpenAPI 3.0.3, as clarified; JSON Schema in 3.1). In Go the null
# becomes a constant LessThannil with the text "<nil>", and Valid says that this text is one of the values, though the
# field is a pointer and null leaves it nil.
source "$(dirname "$0")/lib.sh"
code=$(go_run github.com/oapi-codegen/oapi-codegen/v2@v2.8.2 github.com/getkin/kin-openapi@v0.142.0 <<'GO'
package main

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

const document = `{"openapi": "3.0.3", "info": {"title": "Films", "version": "1"}, "paths": {}, "components": {"schemas": {
"Film": {"type": "object", "required": ["grade"], "properties": {
"grade": {"type": "string", "nullable": true, "enum": ["all", "15", null]}}}}}}`

func main() {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(document))
	if err != nil {
		panic(err)
	}
	out, err := codegen.Generate(doc, codegen.Configuration{
		PackageName:   "main",
		Generate:      codegen.GenerateOptions{Models: true},
		OutputOptions: codegen.OutputOptions{SkipPrune: true},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(out)
}
GO
)
got=$(grep -E 'FilmGrade = |json:"' <<<"$code" | tr -s ' \t' ' ' | sed 's|^ ||')
echo "$code" >film.go
got+=$'\n'$(go_run <<'GO'
package main

import (
	"encoding/json"
	"fmt"
)

func main() {
	var f Film
	err := json.Unmarshal([]byte(`{"grade": null}`), &f)
	fmt.Println("null:", f.Grade == nil, err)
	fmt.Println("text <nil> is valid:", FilmGrade("<nil>").Valid())
}
GO
)
expect 'All FilmGrade = "all"
LessThannil FilmGrade = "<nil>"
N15 FilmGrade = "15"
Grade *FilmGrade `json:"grade"`
null: true <nil>
text <nil> is valid: true' "$got"
