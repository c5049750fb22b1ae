package picture

import "encoding/binary"

// orientationTag is the EXIF tag for the orientation of the camera.
const orientationTag = 0x0112

// exifOrientation reads the orientation, 1 to 8, from EXIF data, which is a TIFF file (TIFF 6.0, part 1). It returns 1
// (upright) when there is none, and for broken data.
func exifOrientation(data []byte) int {
	order, at, ok := tiffHeader(data)
	if !ok || at > uint64(len(data)) || len(data[at:]) < 2 {
		return 1
	}
	count, entries := int(order.Uint16(data[at:])), data[at+2:]
	for range count {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == orientationTag {
			return orientationOf(order, entries)
		}
		entries = entries[12:]
	}
	return 1
}

// tiffHeader returns the byte order and the offset of the first directory.
func tiffHeader(data []byte) (order binary.ByteOrder, at uint64, ok bool) {
	if len(data) < 8 {
		return nil, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, uint64(order.Uint32(data[4:])), true
}

// orientationOf reads a directory entry with one 16-bit number from 1 to 8.
func orientationOf(order binary.ByteOrder, entry []byte) int {
	const short = 3
	kind, count, value := order.Uint16(entry[2:]), order.Uint32(entry[4:]), order.Uint16(entry[8:])
	if kind != short || count != 1 || value < 1 || value > 8 {
		return 1
	}
	return int(value)
}
