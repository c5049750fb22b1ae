// Package art paints the pictures of the demo: film posters, stills and faces. They are drawn by code, so that the
// program carries no image files. The same seed and words always give the same pixels.
//
// A picture is a scene (what is drawn) in a palette (five colours). Every scene works with every palette and in every
// proportion. All lengths in this package are in hundredths of the width.
package art

import (
	"image"
	"math/rand/v2"
	"slices"
)

// Picture describes a picture.
type Picture struct {
	Scene   string // one of Scenes
	Palette string // one of Palettes
	Seed    uint64
	Title   string // written on posters; "" for none
	Credit  string // a small line above or below the title; "" for none
}

// Poster paints the picture with its title in the proportions of a film poster, 2 to 3. The width is in pixels.
func (p Picture) Poster(width int) *image.RGBA {
	c := p.paint(width, width*3/2)
	c.write(palettes[p.Palette], p.Title, p.Credit)
	c.finish()
	return c.img
}

// Still paints the picture without words in the proportions of a screen, 16 to 9. The width is in pixels.
func (p Picture) Still(width int) *image.RGBA {
	c := p.paint(width, width*9/16)
	c.finish()
	return c.img
}

func (p Picture) paint(width, height int) *canvas {
	c := newCanvas(width, height, p.Seed)
	c.openSky = openSky[p.Scene]
	scenes[p.Scene](c, palettes[p.Palette])
	return c
}

// openSky names the scenes whose top is empty, so that a title can be written there.
var openSky = map[string]bool{"corridor": true, "road": true, "forest": true, "sunset": true, "snow": true}

// Scenes returns the names of all scenes, sorted.
func Scenes() []string { return sortedKeys(scenes) }

// Palettes returns the names of all palettes, sorted.
func Palettes() []string { return sortedKeys(palettes) }

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x63696e65)) }

// scenes are the scenes by name. Each paints the whole canvas.
var scenes = map[string]func(c *canvas, p palette){
	"sunset": sunset, "mountains": mountains, "city": city, "waves": waves, "swiss": swiss, "portrait": portrait,
	"noir": noir, "grid": grid, "riso": riso, "corridor": corridor, "forest": forest, "garden": garden,
	"orbit": orbit, "road": road, "umbrellas": umbrellas, "record": record, "kites": kites, "lighthouse": lighthouse,
	"alley": alley, "snow": snow,
}
