package simulator

import (
	"compress/gzip"
	"io"
	"sync"
)

// buffers keep memory for the next answer: a page of machines is a megabyte, and so is what compresses it.
type buffers struct {
	bodies, writers sync.Pool
}

// itemLength is about how many bytes one thing of a list takes.
const itemLength = 2200

// body returns an empty buffer for an answer that lists so many things.
func (b *buffers) body(listed int) []byte {
	if kept, ok := b.bodies.Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, 1024+itemLength*listed)
}

// keep takes back the body of an answer that was sent.
func (b *buffers) keep(body []byte) { b.bodies.Put(&body) }

// compress sends a body as gzip does, quickly rather than well: its reader is near.
func (b *buffers) compress(w io.Writer, body []byte) {
	z, ok := b.writers.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for other levels only
	}
	z.Reset(w)
	z.Write(body) // a failure means that the client is gone
	z.Close()
	b.writers.Put(z)
}
