package kind

import (
	"errors"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// TestErrorsHaveTheirClass fixes what a caller decides on, by the codes and
// words that a server sends.
func TestErrorsHaveTheirClass(t *testing.T) {
	sentinels := []error{
		provider.ErrNotFound, provider.ErrExists, provider.ErrConflict, provider.ErrCredentials, provider.ErrForbidden,
		provider.ErrQuota, provider.ErrUnreachable, provider.ErrOutcomeUnknown, provider.ErrHeld, provider.ErrTryAnother, provider.ErrThrottled,
	}
	job := cloudstack.ID("00000000-0000-4000-8000-000000000001")
	for _, c := range []struct {
		name string
		err  error
		want error // nil: a plain failure
	}{
		{"signature", &cloudstack.APIError{HTTPStatus: 401, Code: 401, Text: "unable to verify user credentials"}, provider.ErrCredentials},
		{"role", &cloudstack.APIError{HTTPStatus: 432, Code: 432, Text: "The given command is not available for the account"}, provider.ErrForbidden},
		{"another's thing", &cloudstack.APIError{HTTPStatus: 531, Code: 531, Text: "does not have permission"}, provider.ErrForbidden},
		{"throttled", &cloudstack.APIError{HTTPStatus: 429, Code: 429, Text: "retry after [4480] ms"}, provider.ErrThrottled},
		{"machines", &cloudstack.APIError{HTTPStatus: 535, Code: 535, Text: "Maximum amount of resources"}, provider.ErrQuota},
		{"addresses", &cloudstack.APIError{HTTPStatus: 532, Code: 532, CSCode: 4280, Text: "Maximum number"}, provider.ErrQuota},
		{"gone", &cloudstack.APIError{HTTPStatus: 431, Code: 431, Text: "entity does not exist"}, provider.ErrNotFound},
		{"name taken", &cloudstack.APIError{HTTPStatus: 431, Code: 431, CSCode: 4350, Text: "a group with name web already exists."}, provider.ErrExists},
		{"tag taken", &cloudstack.APIError{Code: 530, JobID: job, Text: "tag a already on UserVm with id 1"}, provider.ErrExists},
		{"port taken", &cloudstack.APIError{HTTPStatus: 537, Code: 537, Text: "rule conflict"}, provider.ErrConflict},
		{"in use", &cloudstack.APIError{HTTPStatus: 536, Code: 536, Text: "Cannot delete group"}, nil},
		{"no room", &cloudstack.APIError{Code: 533, JobID: job, Text: "no capacity"}, nil},
		{"invalid", &cloudstack.APIError{HTTPStatus: 431, Code: 431, Text: "Invalid value"}, nil},
		{"says nothing", &cloudstack.APIError{HTTPStatus: 530, Code: 530, Text: "Internal error"}, nil},
		// The job is known; what it was about isn't there.
		{"gone for a job", &cloudstack.APIError{Code: 431, JobID: job, Text: "entity does not exist"}, nil},
		{"not reached", &cloudstack.TransportError{Command: "listZones", Host: "cloud.example.org", Err: errors.New("no such host")}, provider.ErrUnreachable},
		{"a proxy's page", &cloudstack.HTTPError{Status: 200, Err: errors.New("not JSON")}, provider.ErrUnreachable},
		{"unavailable", &cloudstack.HTTPError{Status: 503, Err: errors.New("not JSON")}, provider.ErrUnreachable},
		{"answer lost", &cloudstack.UncertainError{Command: "deployVirtualMachine", Err: errors.New("cut off")}, provider.ErrOutcomeUnknown},
		{"held", as(provider.ErrHeld, "destroyed machines hold it", &cloudstack.APIError{Code: 536, HTTPStatus: 536}), provider.ErrHeld},
	} {
		got := understand(c.err)
		for _, sentinel := range sentinels {
			if is := errors.Is(got, sentinel); is != (sentinel == c.want) {
				t.Errorf("%s: is %q: %v", c.name, sentinel, is)
			}
		}
		if !errors.Is(got, c.err) && c.name != "held" {
			t.Errorf("%s: the cause is lost", c.name)
		}
		if c.name != "says nothing" && got.Advice() == "" {
			t.Errorf("%s: no advice", c.name)
		}
	}
}

func TestNoErrorStaysNone(t *testing.T) {
	c := &cloud{}
	if c.failure(provider.Op{}, nil) != nil || failedTo("read", nil) != nil {
		t.Error("an error out of nothing")
	}
}

// TestErrorsOfACloudThatMisbehaves meets the classes over the wire.
func TestErrorsOfACloudThatMisbehaves(t *testing.T) {
	create := provider.Op{Kind: "securityGroup", Name: "create", LiveName: "web"}
	for _, c := range []struct {
		fault simulator.Action
		want  error
		says  string
	}{
		{simulator.Unauthorised, provider.ErrCredentials, "secret key"},
		{simulator.LoseAnswer, provider.ErrOutcomeUnknown, "createSecurityGroup"},
		{simulator.NoQuota, provider.ErrQuota, "535"},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			command := "createSecurityGroup"
			op := create
			if c.fault == simulator.NoQuota {
				command = "deployVirtualMachine"
			}
			faults := &simulator.Faults{Faults: []simulator.Fault{{Command: command, Do: c.fault}}}
			inCloud(t, simulator.Config{Faults: faults}, func(b *bench) {
				if command != "createSecurityGroup" {
					op = provider.Op{Kind: "vm", Name: "deploy", LiveName: "web-1", Fields: machineIn(b, "sg1", nil)}
				}
				_, err := b.try(op)
				if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
	t.Run("a page of HTML", func(t *testing.T) {
		faults := &simulator.Faults{Faults: []simulator.Fault{{Command: "listSSHKeyPairs", Do: simulator.Page}}}
		inCloud(t, simulator.Config{Faults: faults}, func(b *bench) {
			_, err := b.cloud.Read(b.t.Context(), everything())
			if !errors.Is(err, provider.ErrUnreachable) || !strings.Contains(err.Error(), "list all sshKeys") || !strings.Contains(err.Error(), "proxy") {
				t.Errorf("got %v", err)
			}
		})
	})
}
