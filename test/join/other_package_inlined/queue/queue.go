// Package queue keeps what it is given; its function is inlined into other packages.
package queue

// Job is what is kept.
type Job struct {
	Number int
	steps  [19]int
}

var jobs [128]*Job

// Keep is small enough to be inlined anywhere.
func Keep(j *Job) {
	jobs[j.Number&127] = j // cause: stored_in_global 100%
}
