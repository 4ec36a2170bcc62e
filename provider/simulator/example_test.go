package simulator_test

import (
	"context"
	"fmt"
	"io"

	"github.com/trueup/trueup/provider/simulator"
)

// A simulated cloud is reached by any CloudStack client, with its URL and the credentials of one of its accounts.
func Example() {
	sim, err := simulator.New(simulator.Config{Seed: 1})
	if err != nil {
		panic(err)
	}
	defer sim.Close()
	service, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer service.Close(context.Background())

	answer, err := service.Client().Get(service.URL + "?command=listZones&response=json") // not signed with sim.User()
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.StatusCode, string(text))
	fmt.Println(sim.Requests()[0].Command)
	// Output:
	// 401 {"listzonesresponse":{"uuidList":[],"errorcode":401,"errortext":"unable to verify user credentials and/or request signature"}}
	// listZones
}
