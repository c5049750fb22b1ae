package site

import (
	"fmt"
	"html/template"
)

// iconShapes are the insides of the icons, drawn by lines on a square of 24.
var iconShapes = map[string]string{
	"home":   `<path d="M3 11.5 12 4l9 7.5M5.5 9.8V20h13V9.8M10 20v-5.5h4V20"/>`,
	"film":   `<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M8 4.5v15M16 4.5v15M3.5 9.5H8M3.5 14.5H8M16 9.5h4.5M16 14.5h4.5"/>`,
	"quote":  `<path d="M4 5h16v11H9.5L5 20v-4H4zM8 9h8M8 12h5"/>`,
	"search": `<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>`,
	"bell":   `<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4"/>`,
	"user":   `<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>`,
	"users":  `<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.6-3.7 3-5.5 6.5-5.5s5.9 1.8 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.5 14.8c2.2.7 3.6 2.4 4 5.2"/>`,
	"heart":  `<path d="M12 20.3 4.6 13a5 5 0 0 1 0-7 4.9 4.9 0 0 1 7 0l.4.5.4-.5a4.9 4.9 0 0 1 7 0 5 5 0 0 1 0 7z"/>`,
	"up":     `<path d="M7.5 10.5V20H4v-9.5zM7.5 11l3.8-7.2c1.5.2 2.3 1.3 2.1 2.7l-.5 3.5h5.6c1.3 0 2.1 1.1 1.8 2.3l-1.6 6.2c-.2.9-1 1.5-2 1.5H7.5"/>`,
	"down":   `<path d="M16.5 13.5V4H20v9.5zM16.5 13l-3.8 7.2c-1.5-.2-2.3-1.3-2.1-2.7l.5-3.5H5.5c-1.3 0-2.1-1.1-1.8-2.3l1.6-6.2c.2-.9 1-1.5 2-1.5h9.2"/>`,
	"plus":   `<path d="M12 5v14M5 12h14"/>`,
	"pencil": `<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5"/>`,
	"trash":  `<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5"/>`,
	"sun":    `<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>`,
	"moon":   `<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>`,
	"auto":   `<circle cx="12" cy="12" r="8"/><path class="solid" d="M12 4a8 8 0 0 1 0 16z"/>`,
	"globe":  `<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c2.5 2.4 3.7 5.2 3.7 8.5s-1.2 6.1-3.7 8.5c-2.5-2.4-3.7-5.2-3.7-8.5S9.5 5.9 12 3.5z"/>`,
	"out":    `<path d="M14 4.5H5v15h9M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5"/>`,
	"gear":   `<circle cx="12" cy="12" r="3"/><path d="M12 3.5v2.2M12 18.3v2.2M3.5 12h2.2M18.3 12h2.2M6 6l1.6 1.6M16.4 16.4 18 18M6 18l1.6-1.6M16.4 7.6 18 6"/><circle cx="12" cy="12" r="6.3"/>`,
	"feed":   `<circle class="solid" cx="6" cy="18" r="1.5"/><path d="M4.5 11.5a8 8 0 0 1 8 8M4.5 5.5a14 14 0 0 1 14 14"/>`,
	"check":  `<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
	"clock":  `<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.5l3.5 2"/>`,
	"shield": `<path d="M12 3.5 5 6v5.5c0 4.3 2.7 7.4 7 9 4.3-1.6 7-4.7 7-9V6z"/>`,
	"flag":   `<path d="M5.5 21V4.5M5.5 5c4-2 7 2 13 0v9c-6 2-9-2-13 0"/>`,
	"lock":   `<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`,
	"dots":   `<circle class="solid" cx="5.5" cy="12" r="1.7"/><circle class="solid" cx="12" cy="12" r="1.7"/><circle class="solid" cx="18.5" cy="12" r="1.7"/>`,
	"quiet":  `<path d="M6 16.5V11a6 6 0 0 1 9.5-4.9M18 11v5.5l1.5 1.5H8M10 20.5h4M4 4l16 16"/>`,
	"stop":   `<circle cx="12" cy="12" r="8.5"/><path d="m6 6 12 12"/>`,
	"reply":  `<path d="M5 5v5a4 4 0 0 0 4 4h10M15 10l4 4-4 4"/>`,
	"close":  `<path d="m6 6 12 12M18 6 6 18"/>`,
	"star":   `<path d="m12 3.5 2.7 5.6 6.1.8-4.5 4.3 1.1 6.1L12 17.3l-5.4 3 1.1-6.1-4.5-4.3 6.1-.8z"/>`,
	"eye":    `<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>`,
	"mark":   `<path d="M6.5 4.5h11v16L12 16.2 6.5 20.5z"/>`,
	"list":   `<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>`,
	"diary":  `<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>`,
	"above":  `<path d="m5.5 15 6.5-6.5 6.5 6.5"/>`,
	"below":  `<path d="m5.5 9 6.5 6.5L18.5 9"/>`,
	"back":   `<path d="M15 5.5 8.5 12l6.5 6.5"/>`,
	"next":   `<path d="m9 5.5 6.5 6.5L9 18.5"/>`,
	"image":  `<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="9" cy="10" r="1.5"/><path d="m5 17.5 5-4.5 3 2.5 3-3 4 4"/>`,
}

// drawIcons returns the icons as HTML. It runs once, because a page has about a hundred of them.
func drawIcons() map[string]template.HTML {
	out := make(map[string]template.HTML, len(iconShapes))
	for name, shape := range iconShapes {
		svg := `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + shape + `</svg>`
		out[name] = template.HTML(svg) //nolint:gosec // made of constants
	}
	return out
}

// icon returns a function for templates that draws an icon by its name.
func icon() func(name string) (template.HTML, error) {
	icons := drawIcons()
	return func(name string) (template.HTML, error) {
		svg, ok := icons[name]
		if !ok {
			return "", fmt.Errorf("no icon %q", name)
		}
		return svg, nil
	}
}
