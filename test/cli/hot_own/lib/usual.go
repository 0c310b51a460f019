//go:build !special

package lib

func Extra(int) []byte { return nil }
