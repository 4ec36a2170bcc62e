// Package egoscale is egoscale v0.11.6, a client of 2018 that knows nothing of trueup, at work against a cloud of the Exoscale flavour.
// Its tests are the examples of egoscale's package documentation, put right where they did not compile, and say what must come of each.
//
// CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET_KEY name the cloud and an ordinary user of it:
//
//	trueup simulator --flavour exoscale
//	CLOUDSTACK_ENDPOINT=… CLOUDSTACK_KEY=… CLOUDSTACK_SECRET_KEY=… go test -count=1 -parallel=16 .
//
// Every test cleans up after itself and keeps to names of its own, so that they run beside each other.
package egoscale
