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
		p, err := encode(cmd)
		if err != nil {
			yield(Page[T]{}, err)
			return
		}
		info, o := cmd.Info(), collectOptions(opts)
		ours := info.Paged && p["page"] == "" && p["pagesize"] == "" && o.extra["page"] == "" && o.extra["pagesize"] == ""
		read, size := 0, 0
		for number := 1; ; number++ {
			if ours && number == 1 {
				size = c.listSize()
			}
			items, total, err := c.page(ctx, info, p, o, number, size)
			if most := allowedPage(err); number == 1 && most > 0 && most < size {
				c.maxPage.Store(int64(most))
				size = most
				items, total, err = c.page(ctx, info, p, o, number, size)
			}
			if err != nil {
				yield(Page[T]{}, err)
				return
			}
			page := Page[T]{Items: make([]T, len(items)), Number: number, Total: total}
			if err := decodeItems(items, page.Items); err != nil {
				yield(Page[T]{}, &ProtocolError{Command: info.Name, Err: err})
				return
			}
			read += len(items)
			if !yield(page, nil) || !ours || len(items) < size {
				return
			}
			// Some servers count the page and not the list; a count above the page's
			// size is surely the list's.
			if total > size && read >= total {
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
func (c *Client) page(ctx context.Context, info CommandInfo, p params, o callOptions, number, size int) (items []any, total int, err error) {
	if size > 0 {
		p["page"], p["pagesize"] = strconv.Itoa(number), strconv.Itoa(size)
	}
	inside, err := c.exchange(ctx, info, p, o)
	if err != nil {
		return nil, 0, err
	}
	if items, total, err = inside.list(); err != nil {
		return nil, 0, &ProtocolError{Command: info.Name, Err: err}
	}
	return items, total, nil
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
