//go:build special

package lib

//go:noinline
func Extra(n int) []byte { return make([]byte, n) }
