/* A comment over
//go:build ignore
lines. */

// Package tags chooses by build tags.
package tags

type Always int8
