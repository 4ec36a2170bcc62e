package render

// Screen says what the place that a text goes to can show. The zero Screen is
// a pipe: no colour, lines of any length, nothing redrawn.
type Screen struct {
	Width  int  // columns; 0 where lines may have any length
	Color  bool // whether colours are wanted
	Shades bool // whether there are 256 of them, and not 16
	Live   bool // whether lines may be drawn again
}
