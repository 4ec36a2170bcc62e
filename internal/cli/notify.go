package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr"
	ucli "github.com/urfave/cli/v2"
)

// notifyVariable holds URLs as --notify takes them, with spaces or line breaks
// between them: what stands in the environment no list of processes shows.
const notifyVariable = "TRUEUP_NOTIFY"

func notifyFlag() ucli.Flag {
	return &ucli.StringSliceFlag{Name: "notify", DefaultText: "$" + notifyVariable,
		Usage: "send what is new to `URL`, such as slack://… or generic+https://… (repeatable)"}
}

// readNotify reads where to send news. Whoever has such a URL can write there, so
// none is ever shown: errors count them.
func readNotify(c *ucli.Context, env environment) ([]receiver, error) {
	given, from := c.StringSlice("notify"), "--notify"
	if len(given) == 0 {
		given, from = strings.Fields(env.get(notifyVariable)), "$"+notifyVariable
	}
	var receivers []receiver
	for i, text := range given {
		r := receiver{url: text}
		if len(given) > 1 {
			r.name = fmt.Sprintf("%s, URL %d", from, i+1)
		} else {
			r.name = from
		}
		if _, err := shoutrrr.CreateSender(text); err != nil {
			return nil, usagef("%s: expected a URL such as slack://hook:TOKEN@webhook or generic+https://example.org/hook, as https://shoutrrr.nickfedor.com lists them: %s",
				r.name, r.hide(afterURLs(err)))
		}
		receivers = append(receivers, r)
	}
	return receivers, nil
}

// receiver is a chat room, a mailbox or a webhook.
type receiver struct {
	name string // where its URL was given
	url  string // a secret
}

// send sends a text. Its error shows nothing of the URL.
func (r receiver) send(ctx context.Context, text string) error {
	sender, err := shoutrrr.CreateSender(r.url)
	if err != nil {
		return fmt.Errorf("notify (%s): %s", r.name, r.hide(rootCause(err)))
	}
	sent := make(chan []error, 1)
	go func() { sent <- sender.Send(text, nil) }() // it ends by itself, after 10 s at the latest
	select {
	case errs := <-sent:
		for _, err := range errs {
			if err != nil {
				return fmt.Errorf("notify (%s): %s", r.name, r.hide(rootCause(err)))
			}
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// rootCause is what an error says beneath the layers that quote URLs.
func rootCause(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return err.Error()
}

// afterURLs is what an error of the library says behind the list of URLs.
func afterURLs(err error) string {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, "router services: "); ok {
		return rest
	}
	return text
}

// minHidden is the shortest part of a URL that is hidden: less is no secret, and
// may be any word.
const minHidden = 4

// hide takes every part of the URL but its scheme out of a text.
func (r receiver) hide(text string) string {
	scheme, rest, ok := strings.Cut(r.url, "://")
	if !ok {
		scheme, rest = "", r.url
	}
	parts := []string{r.url, rest}
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(":/@?&=#,", c) })
	}
	parts = append(parts, split(rest)...)
	if plain, err := url.PathUnescape(rest); err == nil {
		parts = append(parts, split(plain)...)
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	for _, part := range parts {
		if len(part) >= minHidden && part != scheme {
			text = strings.ReplaceAll(text, part, "…")
		}
	}
	return strings.Join(strings.Fields(text), " ")
}
