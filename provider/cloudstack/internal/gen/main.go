// Command gen writes the request and answer structs of package cloudstack from
// a recorded answer of listApis, the description that a CloudStack server gives
// of its own commands.
//
//	go run ./internal/gen -apis ../../testdata/golden/listApis.json -out .
//
// What to generate stands in spec.go and types.go, as data: which commands, which
// answer types, which Go type a parameter or field has where the server's own
// type says too little. names.go splits CloudStack's run-together names into words.
// The same input always gives the same bytes, whatever the order of the answer.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	apis := flag.String("apis", "../../testdata/golden/listApis.json", "a recorded answer of listApis")
	out := flag.String("out", ".", "the folder of the package")
	flag.Parse()
	if err := run(*apis, *out); err != nil {
		log.Fatalf("gen: %v", err)
	}
}

func run(apisFile, out string) error {
	files, err := generate(apisFile)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(out, f.name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.source) {
			continue
		}
		if err := os.WriteFile(path, f.source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// output is one generated file.
type output struct {
	name   string
	source []byte
}

// generate returns every generated file, in the order of the specification.
func generate(apisFile string) ([]output, error) {
	apis, err := readAPIs(apisFile)
	if err != nil {
		return nil, err
	}
	types, err := collectTypes(apis)
	if err != nil {
		return nil, err
	}
	var all []output
	for _, f := range specification {
		src, err := emitFile(f, apis, types)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		all = append(all, output{f.name, src})
	}
	test, err := emitRequestList()
	if err != nil {
		return nil, err
	}
	return append(all, test), nil
}
