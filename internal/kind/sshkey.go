package kind

import "github.com/trueup/trueup/provider"

// sshKeyTable describes SSH key pairs, of which CloudStack keeps the public
// half and shows only the fingerprint.
func sshKeyTable() *provider.Kind {
	return &provider.Kind{
		Name:   "sshKey",
		Plural: "sshKeys",
		Doc: "The public half of an SSH key, registered in the account. Machines that name it let its owner log in. " +
			"A machine keeps the key that it was given: replacing one here changes no machine until its keys are set again.",
		Fields: []provider.Field{
			{
				Name: "publicKey", Code: "pk", Type: provider.Content, Required: true,
				Sum: fingerprint, Change: provider.Replace,
				Doc: "The key as it stands in a `.pub` file: type, base64 and an optional comment. The cloud shows only its " +
					"MD5 fingerprint, so that is what is compared: another comment is no difference.",
			},
			protectField(),
		},
		Operations: []provider.Operation{
			{Name: "register", Command: "registerSSHKeyPair", Doc: "register the key"},
			{Name: "delete", Command: "deleteSSHKeyPair", Doc: "delete the key"},
		},
		Creation:   []string{"register"},
		Deletion:   []string{"delete"},
		UniqueName: true,
		Marker:     "its name, which is unique in the account, while its note is open on the anchor",
		CheckName:  checkPlainName("an SSH key"),
	}
}
