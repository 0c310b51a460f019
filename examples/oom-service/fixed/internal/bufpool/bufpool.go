// Package bufpool lends byte buffers out, by size class: a class for each power
// of two, so that a short answer never holds on to the buffer of a long one.
package bufpool

import (
	"math/bits"
	"sync"
)

const (
	minBits = 9  // 512 bytes
	maxBits = 20 // 1 MiB; larger buffers are left to the collector
)

// Buf is a lent buffer: append to B, then give it back with Free.
type Buf struct {
	B []byte
}

var classes [maxBits + 1]sync.Pool

// Get lends an empty buffer with room for at least size bytes.
func Get(size int) *Buf {
	class := bits.Len(uint(max(size, 1<<minBits) - 1))
	if class > maxBits {
		return &Buf{B: make([]byte, 0, size)}
	}
	if buf, ok := classes[class].Get().(*Buf); ok {
		return buf
	}
	return &Buf{B: make([]byte, 0, 1<<class)}
}

// Free takes a buffer back into the class that its capacity fills.
func (b *Buf) Free() {
	class := bits.Len(uint(cap(b.B))) - 1
	if class < minBits || class > maxBits {
		return
	}
	b.B = b.B[:0]
	classes[class].Put(b)
}
