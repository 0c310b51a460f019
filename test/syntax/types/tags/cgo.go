//go:build cgo

package tags

type Maybe int8
type OnlyCgo int8
