package cloudstack

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"
)

// Page is a part of a list.
type Page[T any] struct {
	Items  []T
	Number int // from 1
	Total  int // what the server counts in the whole list; 0 when it doesn't say
}

// Pages reads a list page by page, the next one when the loop asks for it.
// Paging of the request's own is respected: then only that page is read. The
// loop ends after an error.
//
// While it is read the list may change: a thing may then be missed or come
// twice. [Whole] sees that.
func Pages[T any](ctx context.Context, c *Client, cmd ListCommand[T], opts ...CallOption) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		if err := Validate(cmd); err != nil {
			yield(Page[T]{}, err)
			return
		}
		p, err := c.encode(cmd)
		if err != nil {
			yield(Page[T]{}, err)
			return
		}
		for page, err := range c.pages(ctx, cmd.Info(), p, collectOptions(opts)) {
			if err != nil {
				yield(Page[T]{}, err)
				return
			}
			typed := Page[T]{Items: make([]T, len(page.Items)), Number: page.Number, Total: page.Total}
			if err := decodeItems(page.Items, typed.Items); err != nil {
				yield(Page[T]{}, &ProtocolError{Command: cmd.Info().Name, Err: err})
				return
			}
			if !yield(typed, nil) {
				return
			}
		}
	}
}

// pages reads a list page by page, its items as they are parsed. Parameters that
// have a page already are asked for as they are, once.
func (c *Client) pages(ctx context.Context, info CommandInfo, p params, o callOptions) iter.Seq2[Page[any], error] {
	return func(yield func(Page[any], error) bool) {
		read, size := 0, 0
		if info.Paged && p["page"] == "" && p["pagesize"] == "" && o.extra["page"] == "" && o.extra["pagesize"] == "" {
			size = c.listSize()
		}
		for number := 1; ; number++ {
			page, err := c.page(ctx, info, p, o, number, size)
			if most := allowedPage(err); number == 1 && most > 0 && most < size {
				c.maxPage.Store(int64(most))
				size = most
				page, err = c.page(ctx, info, p, o, number, size)
			}
			if err != nil {
				yield(Page[any]{}, err)
				return
			}
			read += len(page.Items)
			// A page that isn't full is the last; one that is fuller than asked for is
			// the whole list of a server that doesn't page it.
			if !yield(page, nil) || size == 0 || len(page.Items) != size {
				return
			}
			// Some servers count the page and not the list; a count above the page's
			// size is surely the list's.
			if page.Total > size && read >= page.Total {
				return
			}
		}
	}
}

// listSize is how many items to ask for in a page: what the client is set to,
// or less when the server has said so.
func (c *Client) listSize() int {
	if most := int(c.maxPage.Load()); most > 0 {
		return min(c.pageSize, most)
	}
	return c.pageSize
}

// page reads one page; size 0 leaves paging to the request itself.
func (c *Client) page(ctx context.Context, info CommandInfo, p params, o callOptions, number, size int) (Page[any], error) {
	if size > 0 {
		p["page"], p["pagesize"] = strconv.Itoa(number), strconv.Itoa(size)
	}
	inside, err := c.exchange(ctx, info, p, o)
	if err != nil {
		return Page[any]{}, err
	}
	items, total, err := inside.list()
	if err != nil {
		return Page[any]{}, &ProtocolError{Command: info.Name, Err: err}
	}
	return Page[any]{Items: items, Number: number, Total: total}, nil
}

// allowedPage is the page size that the server names when it refuses a larger
// one; 0 for any other error.
func allowedPage(err error) int {
	api, ok := errors.AsType[*APIError](err)
	if !ok || api.Code != 431 {
		return 0
	}
	m := pageSizeText.FindStringSubmatch(strings.ToLower(api.Text))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

var pageSizeText = regexp.MustCompile(`page ?size .*max.*value: (\d{1,9})`)

func decodeItems[T any](items []any, into []T) error {
	d := newDecoder()
	for i, x := range items {
		if err := d.into(x, &into[i]); err != nil {
			return fmt.Errorf("item %d: %w", i+1, err)
		}
	}
	return nil
}

// All reads a list item by item, over as many pages as it has; stopping the loop
// stops the reading. The loop ends after an error.
func All[T any](ctx context.Context, c *Client, cmd ListCommand[T], opts ...CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range Pages(ctx, c, cmd, opts...) {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Collect gathers what an iterator yields, up to its first error.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// One is the only item of a list: ErrNotFound when there is none, an
// [AmbiguousError] when there are several. An id that the server doesn't know is
// ErrNotFound, too.
func One[T any](ctx context.Context, c *Client, cmd ListCommand[T], opts ...CallOption) (T, error) {
	if _, err := describe(cmd); err != nil {
		return *new(T), err
	}
	all, err := Collect(All(ctx, c, cmd, opts...))
	return single(cmd.Info().Name, all, err)
}
