package kind

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// sshKey is the kind of SSH key pairs, of which CloudStack keeps the public half
// and shows only the fingerprint.
func sshKey() kind {
	return kind{
		Kind: sshKeyTable(),
		list: listKeys,
		commands: map[string]command{
			"register": call(plain(func(op provider.Op) cloudstack.RegisterSSHKeyPair {
				key, _ := op.Fields["publicKey"].(provider.Blob)
				return cloudstack.RegisterSSHKeyPair{Name: op.LiveName, PublicKey: strings.TrimSpace(string(key.Data))}
			}), func(k cloudstack.SSHKeyPair) (provider.Result, error) {
				return provider.Result{ID: keyID(k), LiveName: k.Name}, nil
			}),
			"delete": call(plain(func(op provider.Op) cloudstack.DeleteSSHKeyPair {
				return cloudstack.DeleteSSHKeyPair{Name: op.LiveName}
			}), nil).unless(notFound),
		},
	}
}

func listKeys(ctx context.Context, s *survey) ([]provider.Live, error) {
	keys, err := s.keyPairs(ctx)
	if err != nil {
		return nil, err
	}
	live := make([]provider.Live, len(keys))
	for i, k := range keys {
		live[i] = provider.Live{
			Kind: "sshKey", ID: keyID(k), Name: k.Name,
			Fields: provider.Fields{"publicKey": provider.Blob{Sum: k.Fingerprint}},
		}
	}
	return live, nil
}

// keyID is a key's id; servers before 4.17 know keys by their names only.
func keyID(k cloudstack.SSHKeyPair) string { return cmp.Or(string(k.ID), k.Name) }

func sshKeyTable() *provider.Kind {
	return &provider.Kind{
		Name:   "sshKey",
		Plural: "sshKeys",
		Doc: "The public half of an SSH key, registered in the account. Machines that name it let its owner log in. " +
			"A machine keeps the key that it was given: replacing one here changes no machine until its keys are set again.",
		Fields: []provider.Field{
			{
				Name: "publicKey", Code: "pk", Type: provider.Content, Required: true,
				Once: true, Sum: fingerprint, Change: provider.Replace,
				Doc: "The key as it stands in a `.pub` file: type, base64 and an optional comment. The cloud shows only its " +
					"MD5 fingerprint, so that is what is compared: another comment is no difference. The account has each key only once, whatever its name: what others have registered is linked to with `{external: name}`.",
			},
			protectField(),
			keepField(),
			wasField(),
			adoptField(),
		},
		Operations: []provider.Operation{
			{Name: "register", Command: "registerSSHKeyPair", Doc: "register the key"},
			{Name: "delete", Command: "deleteSSHKeyPair", Doc: "delete the key"},
		},
		Creation:   []string{"register"},
		Deletion:   []string{"delete"},
		UniqueName: true,
		JobTime:    provider.Duration(5 * time.Minute),
		Marker:     "its name, which is unique in the account, while its note is open on the anchor",
		CheckName:  checkPlainName("an SSH key"),
	}
}
