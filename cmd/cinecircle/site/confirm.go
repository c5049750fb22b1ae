package site

import "html/template"

// confirmPage asks for confirmation of a deletion, or of another change that is not made by one press.
type confirmPage struct {
	Heading        template.HTML
	Lead           string
	Action, Button string
	Back           string
	Password       bool              // ask for the password
	Harmless       bool              // nothing is deleted
	Hidden         map[string]string // fields that are sent along
	Export         bool              // offer the data of the viewer first
	Films          bool              // ask whether the films that a member added go too
	form
}
