// Package browser tries the pages in a real browser, as people use them: its tests drive Debian's Chromium
// against the program itself. They need a Chromium in CINECIRCLE_TEST_CHROMIUM; make test-browser finds or
// installs one. make screens keeps a picture of every page at three widths, in both themes and languages.
package browser
