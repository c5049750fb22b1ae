package barrage

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
)

// texts are unusual texts. Some are valid.
var texts = []string{
	"", " ", "\t\n", "0", "-1", "null", "NaN", "true", "undefined",
	"\x00", "a\x00b", "\xff", "\xc3\x28", "\xed\xa0\x80", "\xf4\x90\x80\x80", // not UTF-8; RFC 3629 §3 forbids the last two
	"\u202eabc", "\u200b", "\ufeff", "\u2028", "\ufffd", "\ufffe", "a\u0301", "İ", "ı", "ẞ", "ﬀ", "각", "\u1100\u1161\u11a8",
	"👨‍👩‍👧‍👦", "🇰🇷", "\U0010ffff", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", strings.Repeat("ﷺ", 50), strings.Repeat("\u0344", 255), strings.Repeat("🍿", 256),
	"%", "_", `\`, "%%%", `\%`, "' OR 1=1 -- ", `"; DROP TABLE users; --`, "1) UNION SELECT 1", "{{7*7}}", "${jndi:ldap://x}",
	"<script>alert(1)</script>", "javascript:alert(1)", "../../../../etc/passwd", `..\..\windows`, "/etc/passwd", "file:///etc/passwd",
	"\r\nX-Injected: yes", "a\r\n\r\nb", "a;b", "a=b&c=d", "a,b", "[]", "{}", "$ne", "__proto__",
	strings.Repeat("a", 256), strings.Repeat("가", 10_001), strings.Repeat("x", 70_000),
}

// numbers are unusual numbers.
var numbers = []string{
	"0", "-0", "-1", "01", "+1", "1.0", "1.5", "1e2", "1e999", "-1e999", "0x10", "1_000", "١", "１", " 1", "1 ", "",
	"2147483648", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"18446744073709551616", "99999999999999999999", strings.Repeat("9", 400), "NaN", "Infinity", "null",
}

// values are unusual JSON values.
var values = []string{
	`null`, `true`, `false`, `0`, `-0`, `-0.0`, `-1`, `1.5`, `1e2`, `1E+2`, `1e999`, `-1e-999`, `9007199254740993`, `9223372036854775807`,
	`9223372036854775808`, `99999999999999999999`, `""`, `" "`, `"\u0000"`, `"\ud800"`, `"\udc00"`, `"\udbff\udfff"`, `"\ud83c\udfac"`,
	`"\uDFAC\uD83C"`, `"\u202e"`, "\"\xff\"", "\"\xed\xa0\x80\"", `"a\u0301"`, `[]`, `{}`, `[[]]`, `[null]`, `[{}]`, `[1,"a",null]`, `{"a":1,"a":2}`, `{"":""}`,
	strings.Repeat("[", 200) + strings.Repeat("]", 200), strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
	strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000), strings.Repeat("[", 12_000) + strings.Repeat("]", 12_000),
	`"` + strings.Repeat("가", 10_001) + `"`, `"` + strings.Repeat("a", 300<<10) + `"`,
	"[" + strings.Repeat("1,", 2_000) + "1]", "[" + strings.Repeat(`{"name":"a"},`, 100) + `{"name":"a"}]`,
}

// malformedBodies are not exactly one JSON object.
var malformedBodies = []string{
	"", " ", "null", "[]", "1", `"a"`, "{", "}", "{}{}", "{}x", "{} []", `{"a"}`, `{"a":}`, `{a:1}`, `{'a':1}`, `{"a":1,}`, `{"a":01}`, `{"a":NaN}`,
	"\xef\xbb\xbf{}", "{}\x00", "// x\n{}", "\xff\xfe{\x00}\x00", "--x\r\n", "a=b&c=%zz", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 50_000),
	strings.Repeat(" ", 300<<10) + "{}", "{" + strings.Repeat(`"a":1,`, 40_000) + `"a":1}`,
}

// images are small images in every accepted format.
var images = []string{
	encoded(func(out *bytes.Buffer) error { return png.Encode(out, picture()) }),
	encoded(func(out *bytes.Buffer) error { return jpeg.Encode(out, picture(), nil) }),
	encoded(func(out *bytes.Buffer) error { return gif.Encode(out, picture(), nil) }),
}

// badImages are files that are not images, or damaged or oversized ones.
var badImages = []string{
	"", "x", "GIF89a", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "<svg xmlns='http://www.w3.org/2000/svg'/>", "RIFF\x00\x00\x00\x00WEBPVP8 ", "BM",
	images[0][:len(images[0])/2], images[1][:len(images[1])/2], images[2][:len(images[2])/2],
	images[0] + "<script>", images[1] + strings.Repeat("\x00", 1000), strings.Repeat("a", 5<<20), strings.Repeat("a", 5<<20+1),
	"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;", // 65535 pixels square
}

func picture() image.Image {
	img := image.NewPaletted(image.Rect(0, 0, 8, 6), color.Palette{color.Black, color.White})
	img.SetColorIndex(3, 3, 1)
	return img
}

func encoded(write func(*bytes.Buffer) error) string {
	var out bytes.Buffer
	if err := write(&out); err != nil {
		panic("barrage: encode a picture: " + err.Error())
	}
	return out.String()
}
