module github.com/trueup/trueup/testdata/clients/egoscale

go 1.26.0

require github.com/exoscale/egoscale v0.11.6

require (
	github.com/satori/go.uuid v1.2.0 // indirect
	gopkg.in/check.v1 v1.0.0-20201130134442-10cb98267c6c // indirect
)
