//go:build !race

package crash

// sample is about how many calls of a story are swept without torture, all
// fates taken together.
const sample = 18
