//go:build race

package crash

// sample is smaller where the race detector slows each call tenfold: what it
// looks for is the same at every call.
const sample = 7
