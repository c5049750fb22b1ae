#!/usr/bin/env bash
# github.com/pquerna/otp v1.5.0.
#
# In the address that an authenticator app scans, & and + of the issuer are not escaped, although they part and mean things in
# a query. A site called "Cine & Circle" is "Cine " in the app; "Film+" ends in a space.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/pquerna/otp@v1.5.0 <<'GO'
package main

import (
	"fmt"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

func main() {
	for _, issuer := range []string{"Cine & Circle", "Film+", "시네 서클"} {
		key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: "kim"})
		if err != nil {
			panic(err)
		}
		scanned, err := otp.NewKeyFromURL(key.URL())
		fmt.Printf("%q is scanned as %q %v\n", issuer, scanned.Issuer(), err)
	}
}
GO
)
expect '"Cine & Circle" is scanned as "Cine " <nil>
"Film+" is scanned as "Film " <nil>
"시네 서클" is scanned as "시네 서클" <nil>' "$got"
