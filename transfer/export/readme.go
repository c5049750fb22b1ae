package export

import _ "embed"

// The READMEs of the archives.
var (
	//go:embed own_readme.txt
	ownReadme string
	//go:embed letterboxd_readme.txt
	letterboxdReadme string
)
