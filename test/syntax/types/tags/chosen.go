// A licence.

//go:build go1.18 && (linux && !arm64 || darwin) && !(race || purego)
// +build ignored

package tags

type Chosen int64
