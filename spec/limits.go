package spec

// Bounds on what one stack may ask for. They are far above what a person
// writes and keep a hostile or a mistaken file from eating memory and time.
const (
	maxFile      = 2 << 20   // bytes of one YAML file
	maxContent   = 1 << 20   // bytes of one {file: …}, and of what vars make of it
	maxContents  = 64 << 20  // bytes of all contents that vars were put into
	maxText      = 64 << 10  // bytes of one scalar after interpolation
	maxDepth     = 100       // levels of YAML
	maxNodes     = 500_000   // YAML values, aliases expanded
	maxDecoded   = 1_000_000 // YAML values, counts unrolled
	maxResources = 10_000
	maxRules     = 100_000 // rules of all lists, ports and sources expanded
	maxDocuments = 1_000
	maxNesting   = 20  // levels of ${…:-${…}}
	maxHints     = 100 // issues that get a hint
)
