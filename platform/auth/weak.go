package auth

import "bytes"

// minDistinct is the number of different bytes in a secret below which it is hardly random: 32 random hexadecimal digits
// have fewer than 8 different ones once in 25 million times.
const minDistinct = 8

// Weakness says why a secret of enough bytes can be guessed nevertheless, and "" if it looks random. It finds mistakes, such
// as a placeholder, and proves nothing.
func Weakness(secret []byte) string {
	switch {
	case distinct(secret) < minDistinct:
		return "it has too few different characters"
	case repeats(secret):
		return "it repeats a shorter text"
	case counts(secret):
		return "it is a sequence"
	}
	return ""
}

func distinct(secret []byte) int {
	var seen [256]bool
	n := 0
	for _, b := range secret {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return n
}

// repeats reports whether a text of at most half the length makes up the whole secret; the last repetition may be cut.
func repeats(secret []byte) bool {
	for period := 1; period <= len(secret)/2; period++ {
		if bytes.Equal(secret[period:], secret[:len(secret)-period]) {
			return true
		}
	}
	return false
}

// counts reports whether most bytes follow their predecessor, up or down.
func counts(secret []byte) bool {
	steps := 0
	for i := 1; i < len(secret); i++ {
		if d := int(secret[i]) - int(secret[i-1]); d == 1 || d == -1 {
			steps++
		}
	}
	return steps > len(secret)*2/3
}
