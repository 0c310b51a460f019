// Package keep is of the same module as the program, and not named on the command line.
package keep

var all []*int64

//go:noinline
func Number(n int) {
	number := new(int64)
	*number = int64(n)
	all = append(all, number)
}
