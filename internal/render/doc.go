// Package render turns plans, issues, events and reports into what people and
// machines read. It decides nothing: what differs, what it costs and what went
// wrong is settled before it gets here.
//
// Every function takes data and a [Screen] and returns text; only [Progress]
// draws by itself. Texts never depend on colour: a symbol and a word say the
// same. Values are written by provider.Format, which knows no secret content;
// values of secret fields are not written at all. Whatever comes from a cloud or
// a file passes through a filter that leaves no control character, so that no
// name can move the cursor.
package render
