package movie

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// blockFilms is how many ids a block spans. A list of films is kept block by block, so that adding a
// film writes one short row a gram, and so that a search reads no more of a list than it needs.
const blockFilms = 4096

// blockBytes is how many bytes a block takes at most, with a bit for each film.
const blockBytes = blockFilms / 8

// block is a set of films of one block, by their place in it. It is stored as it is, or, where that is
// shorter, as the places in order, two bytes each.
type block [blockFilms / 64]uint64

// blockOf returns the number of the block of a film and the film's place in it.
func blockOf(id int64) (number int64, place int) { return id / blockFilms, int(id % blockFilms) }

func (b *block) add(place int)      { b[place/64] |= 1 << (place % 64) }
func (b *block) remove(place int)   { b[place/64] &^= 1 << (place % 64) }
func (b *block) has(place int) bool { return b[place/64]>>(place%64)&1 == 1 }

// and leaves what is in both.
func (b *block) and(other *block) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b *block) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// appendIDs appends the ids of the films in a block of this number, in order.
func (b *block) appendIDs(to []int64, number int64) []int64 {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			to = append(to, number*blockFilms+int64(i*64+bits.TrailingZeros64(word)))
		}
	}
	return to
}

func (b *block) encode() []byte {
	n := b.count()
	if 2*n >= blockBytes {
		out := make([]byte, 0, blockBytes)
		for _, word := range b {
			out = binary.LittleEndian.AppendUint64(out, word)
		}
		return out
	}
	out := make([]byte, 0, 2*n)
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			out = binary.LittleEndian.AppendUint16(out, uint16(i*64+bits.TrailingZeros64(word)))
		}
	}
	return out
}

// decode sets b to what encode returned.
func (b *block) decode(stored []byte) error {
	*b = block{}
	if len(stored) == blockBytes {
		for i := range b {
			b[i] = binary.LittleEndian.Uint64(stored[i*8:])
		}
		return nil
	}
	if len(stored) > blockBytes || len(stored)%2 != 0 {
		return fmt.Errorf("a block of the title index has %d bytes", len(stored))
	}
	for ; len(stored) > 0; stored = stored[2:] {
		place := int(binary.LittleEndian.Uint16(stored))
		if place >= blockFilms {
			return fmt.Errorf("a block of the title index has the place %d", place)
		}
		b.add(place)
	}
	return nil
}
