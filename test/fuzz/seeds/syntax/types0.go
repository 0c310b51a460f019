// Package shop has types of every form.
package shop

import (
	"unsafe"

	alias "example.com/lib"
	"example.com/yaml.v3"
)

const (
	N     = 16
	Bits  = 1 << iota
	More
	Mask  = ^uint8(0) &^ 0x0f
	Words = 4 << (^uintptr(0) >> 63)
	First, Second = 'a', Third + 1
	Third = N*2/3%7 - -1
	Octal, Old, Binary = 0o17, 017, 0b1_01
	Big   = 1 << 62
)

const Typed uint32 = 3
const Inverted = ^Typed >> 30
