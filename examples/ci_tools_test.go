package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

// asTool makes the test binary behave as one of the programs that a CI's machines
// have and the machine of a test need not have.
const asTool = "TRUEUP_TEST_AS_TOOL"

// tools know what the scripts of examples/ci say to them, and refuse all else.
var tools = map[string]func(args []string) error{"gh": gh, "curl": curl, "jq": jq}

// flags takes the flags off a command line; those in switches have no value.
func flags(args []string, switches, valued []string) (set map[string][]string, rest []string, err error) {
	set = map[string][]string{}
	for i := 0; i < len(args); i++ {
		switch name := args[i]; {
		case slices.Contains(switches, name):
			set[name] = append(set[name], "")
		case slices.Contains(valued, name) && i+1 < len(args):
			i++
			set[name] = append(set[name], args[i])
		case strings.HasPrefix(name, "-"):
			return nil, nil, fmt.Errorf("unknown flag %s", name)
		default:
			rest = append(rest, name)
		}
	}
	return set, rest, nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// gh is GitHub's command line: "gh api" and "gh run download".
func gh(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("gh %q is not known here", args)
	}
	base := os.Getenv("FAKE_GITHUB")
	switch strings.Join(args[:2], " ") {
	case "run download":
		set, rest, err := flags(args[2:], nil, []string{"--name", "--dir"})
		if err != nil || len(rest) != 1 {
			return fmt.Errorf("gh run download %q: %w", rest, err)
		}
		data, err := request("GET", base+"/runs/"+rest[0]+"/"+first(set["--name"]), "", nil)
		if err != nil {
			return err
		}
		dir := first(set["--dir"])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "plan.json"), data, 0o644)
	}
	if args[0] != "api" {
		return fmt.Errorf("gh %s is not known here", args[0])
	}
	set, rest, err := flags(args[1:], []string{"--paginate"}, []string{"--method", "--field", "--jq"})
	if err != nil || len(rest) != 1 {
		return fmt.Errorf("gh api %q: %w", rest, err)
	}
	fields := map[string]string{}
	for _, f := range set["--field"] {
		name, value, _ := strings.Cut(f, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			value = string(data)
		}
		fields[name] = value
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	method := first(set["--method"])
	if method == "" {
		method, body = "GET", nil
	}
	answer, err := request(method, base+"/"+rest[0], os.Getenv("GH_TOKEN"), body)
	if err != nil {
		return err
	}
	return filter(first(set["--jq"]), bytes.NewReader(answer))
}

// curl calls GitLab's API.
func curl(args []string) error {
	set, rest, err := flags(args, []string{"--fail", "--silent", "--show-error"}, []string{"--header", "--request", "--form", "--upload-file", "--output"})
	if err != nil || len(rest) != 1 {
		return fmt.Errorf("curl %q: %w", rest, err)
	}
	method, body := first(set["--request"]), []byte(nil)
	if method == "" {
		method = "GET"
	}
	if file := first(set["--upload-file"]); file != "" {
		method = "PUT"
		if body, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	if form := first(set["--form"]); form != "" {
		file, ok := strings.CutPrefix(form, "body=<")
		if !ok {
			return fmt.Errorf("curl --form %s", form)
		}
		if body, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	answer, err := request(method, rest[0], first(set["--header"]), body)
	if err != nil {
		return err
	}
	if file := first(set["--output"]); file != "" {
		return os.WriteFile(file, answer, 0o644)
	}
	_, err = os.Stdout.Write(answer)
	return err
}

func jq(args []string) error {
	_, rest, err := flags(args, []string{"-r"}, nil)
	if err != nil || len(rest) != 1 {
		return fmt.Errorf("jq %q: %w", rest, err)
	}
	return filter(rest[0], os.Stdin)
}

// filter runs a program of jq's language over JSON and prints texts as they are.
func filter(program string, in io.Reader) error {
	if program == "" {
		return nil
	}
	query, err := gojq.Parse(program)
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(os.Environ))
	if err != nil {
		return err
	}
	var value any
	if err := json.NewDecoder(in).Decode(&value); err != nil {
		return err
	}
	for results := code.Run(value); ; {
		switch v, ok := results.Next(); v := v.(type) {
		case error:
			return v
		case float64:
			fmt.Println(int64(v))
		default:
			if !ok {
				return nil
			}
			fmt.Println(v)
		}
	}
}

// request sends one, with a token; any status but success is an error.
func request(method, url, token string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Test-Token", token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return data, err
}
