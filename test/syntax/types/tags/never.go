//go:build (windows || !unix) && amd64 || ignore

package tags

type Never int8
type Chosen int8
