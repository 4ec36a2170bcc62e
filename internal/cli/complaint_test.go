package cli

import "testing"

// TestComplaint runs testdata/complaint: what people complain about in tools of
// this sort, each against a simulated cloud. Each script fails where the
// behaviour that answers its complaint is switched off. Its commands are those
// of [TestScripts].
func TestComplaint(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/complaint")
}
