// Package yaml is called otherwise than its folder.
package yaml

type Node struct{ a [3]int32 }
