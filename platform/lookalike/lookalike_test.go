package lookalike

import (
	"strings"
	"testing"
)

func TestSkeletonsOfTextsThatLookAlikeAreEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"admin", "аdmin", true}, // Cyrillic а
		{"admin", "adrnin", true},
		{"scope", "ѕсоре", true}, // all Cyrillic
		{"cinecircle", "cinecircIe", true},
		{"root", "r00t", false},
		{"rO0t", "r00t", true},
		{"관리자", "관리자", true},
		{"관리자", "관리인", false},
		{"e\u0301", "\u00e9", true},
		{"admin", "user", false},
	} {
		if got := Skeleton(c.a) == Skeleton(c.b); got != c.alike {
			t.Errorf("%q and %q look alike: %t, want %t", c.a, c.b, got, c.alike)
		}
	}
}

func TestScriptsAreMixedNoFurtherThanHighlyRestrictive(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"alice": true, "영화광": true, "Зритель": true, "عاشق السينما": true, "हिन्दी": true, "123": true, "🍣🍺": true, "": true,
		"film 영화광 映畫": true, "film映画ファンの": true, "漢ㄅabc": true, "a.b_c-d! 7": true, "🍣 fan": true, "Ünïcode": true,
		"аdmin": false, "filmЗритель": false, "영화カメラ": false, "ελλλatin": false, "한ㄅ": false, "αдв": false,
	} {
		if got := HighlyRestrictive(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

func TestTheTablesAreOfOneVersion(t *testing.T) {
	t.Parallel()
	first, _, _ := strings.Cut(confusablesText, ",")
	second, _, _ := strings.Cut(scriptsText, ",")
	if first != second || len(confusables()) < 6000 || len(scripts()) < 900 {
		t.Errorf("%q with %d characters, %q with %d ranges", first, len(confusables()), second, len(scripts()))
	}
}
