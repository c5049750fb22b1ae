package textindex

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// blockIDs is the number of ids that a block spans. Lists of ids are stored in blocks, so that adding a text writes
// one short row for each n-gram, and a search reads only a part of a list. Smaller blocks make searches in large
// tables read more rows. In larger blocks the rows of the most common n-grams overflow their page.
const blockIDs = 16384

// blockBytes is the maximum size of a stored block: one bit for each id.
const blockBytes = blockIDs / 8

// block is a set of ids of one block, as a bitmap of their positions in it. It is stored as a bitmap, or as varints
// of the differences between the positions when that is shorter.
type block [blockIDs / 64]uint64

// blockOf returns the number of the block of an id and the position of the id in it.
func blockOf(id int64) (number int64, place int) { return id / blockIDs, int(id % blockIDs) }

func (b *block) add(place int)      { b[place/64] |= 1 << (place % 64) }
func (b *block) remove(place int)   { b[place/64] &^= 1 << (place % 64) }
func (b *block) has(place int) bool { return b[place/64]>>(place%64)&1 == 1 }

// and sets b to the intersection.
func (b *block) and(other *block) {
	for i := range b {
		b[i] &= other[i]
	}
}

// or sets b to the union.
func (b *block) or(other *block) {
	for i := range b {
		b[i] |= other[i]
	}
}

// without removes the places of another block from b.
func (b *block) without(other *block) {
	for i := range b {
		b[i] &^= other[i]
	}
}

func (b *block) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// takeFirst removes the n lowest positions, and appends their ids in the block with this number to to.
func (b *block) takeFirst(to []int64, number int64, n int) []int64 {
	for i := range b {
		for ; b[i] != 0; b[i] &= b[i] - 1 {
			if n--; n < 0 {
				return to
			}
			to = append(to, number*blockIDs+int64(i*64+bits.TrailingZeros64(b[i])))
		}
	}
	return to
}

// takeLast is takeFirst for the n highest positions, in descending order.
func (b *block) takeLast(to []int64, number int64, n int) []int64 {
	for i := len(b) - 1; i >= 0; i-- {
		for b[i] != 0 {
			if n--; n < 0 {
				return to
			}
			last := bits.Len64(b[i]) - 1
			to = append(to, number*blockIDs+int64(i*64+last))
			b[i] &^= 1 << last
		}
	}
	return to
}

func (b *block) encode() []byte {
	out, previous := make([]byte, 0, 64), -1
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			place := i*64 + bits.TrailingZeros64(word)
			out = binary.AppendUvarint(out, uint64(place-previous))
			previous = place
		}
		if len(out) >= blockBytes {
			break
		}
	}
	if len(out) < blockBytes {
		return out
	}
	out = out[:0]
	for _, word := range b {
		out = binary.LittleEndian.AppendUint64(out, word)
	}
	return out
}

var errBlock = errors.New("a block of a text index is malformed")

// decode sets b to the set that encode has stored.
func (b *block) decode(stored []byte) error {
	if len(stored) == blockBytes {
		for i := range b {
			b[i] = binary.LittleEndian.Uint64(stored[i*8:])
		}
		return nil
	}
	*b = block{}
	for place := -1; len(stored) > 0; {
		distance, n := binary.Uvarint(stored)
		if n <= 0 || distance == 0 || distance > uint64(blockIDs-1-place) {
			return errBlock
		}
		place, stored = place+int(distance), stored[n:]
		b.add(place)
	}
	return nil
}
