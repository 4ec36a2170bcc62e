// Package crash holds the proof that a run of trueup may be broken at any
// instant, and that the next one finishes its work: nothing exists twice,
// nothing is left open, and nobody else's things are touched.
//
// It has tests only. Most run the whole program in a testing/synctest bubble
// against a simulated cloud over an in-memory network, and break it at a chosen
// call; some kill real processes.
package crash
