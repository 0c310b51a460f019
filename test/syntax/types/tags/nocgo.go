//go:build !cgo

package tags

type Maybe int16
