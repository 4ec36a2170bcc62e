package cloudstack

import (
	"context"
	"iter"
	"reflect"
)

// Filterer is a resource that can be listed by example: a value of it with some
// fields set stands for all resources that are equal in these.
type Filterer[T any] interface {
	// Filter is the command that lists at least what the example stands for.
	Filter() ListCommand[T]
}

// List lists the resources that are equal to the example in all of its fields
// that are set: text, numbers, true. Text is compared exactly, upper and lower
// case included, whatever the server takes for a match.
//
//	for vm, err := range cloudstack.List(ctx, c, cloudstack.VirtualMachine{ZoneID: zone, State: "Running"}) {
func List[T Filterer[T]](ctx context.Context, c *Client, like T, opts ...CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range All(ctx, c, like.Filter(), opts...) {
			if err != nil {
				yield(*new(T), err)
				return
			}
			if whole, ok := any(item).(interface{ completed(T) T }); ok {
				item = whole.completed(like)
			}
			if equalWhereSet(reflect.ValueOf(like), reflect.ValueOf(item)) && !yield(item, nil) {
				return
			}
		}
	}
}

// Get is the one resource that is equal to the example: ErrNotFound when there
// is none, be it by an empty list or by the server's not knowing an id, an
// [AmbiguousError] when there are several.
func Get[T Filterer[T]](ctx context.Context, c *Client, like T, opts ...CallOption) (T, error) {
	all, err := Collect(List(ctx, c, like, opts...))
	return single(like.Filter().Info().Name, all, err)
}

// Deleter is a resource that can be deleted by itself.
type Deleter interface {
	// deletion is the command that deletes it, or why it can't be named.
	deletion() (func(ctx context.Context, c *Client, opts []CallOption) error, error)
}

// Delete deletes a resource, by its id, or by its name where it has no id and
// the server takes a name. It waits for the job when there is one. A machine is
// destroyed, not expunged.
func Delete(ctx context.Context, c *Client, r Deleter, opts ...CallOption) error {
	do, err := r.deletion()
	if err != nil {
		return err
	}
	return do(ctx, c, opts)
}

// equalWhereSet compares the plain fields of an example that are not zero.
func equalWhereSet(like, item reflect.Value) bool {
	for i := range like.NumField() {
		f := like.Field(i)
		switch f.Kind() {
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
			if !f.IsZero() && !f.Equal(item.Field(i)) {
				return false
			}
		}
	}
	return true
}

// single is the only one of several, or why there is not one.
func single[T any](command string, all []T, err error) (T, error) {
	if err != nil {
		return *new(T), err
	}
	switch len(all) {
	case 0:
		return *new(T), &notFoundError{command}
	case 1:
		return all[0], nil
	}
	return *new(T), &AmbiguousError{Command: command, Matches: len(all)}
}
