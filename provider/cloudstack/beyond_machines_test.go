package cloudstack_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

func keyPairs(t *testing.T) {
	f := newFake(t).replay(t, "createSSHKeyPair", "registerSSHKeyPair", "listSSHKeyPairs")
	f.answer("deleteSSHKeyPair", obj{"success": "true"})
	c := f.client()
	made, e1 := cloudstack.Call(t.Context(), c, cloudstack.CreateSSHKeyPair{Name: "k1"})
	registered, e2 := cloudstack.Call(t.Context(), c, cloudstack.RegisterSSHKeyPair{Name: "k2", PublicKey: "ssh-ed25519 AAAA"})
	list, e3 := cloudstack.Collect(cloudstack.List(t.Context(), c, cloudstack.SSHKeyPair{}))
	e4 := cloudstack.Delete(t.Context(), c, cloudstack.SSHKeyPair{Name: "k1"})
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		t.Fatal(err)
	}
	if made.PrivateKey.Reveal() == "" || made.Fingerprint == "" || registered.PrivateKey != "" || registered.Fingerprint == "" || len(list) == 0 {
		t.Errorf("%+v, %+v, %d listed", made, registered, len(list))
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", made, made, made), made.PrivateKey.Reveal()) {
		t.Error("the private key is printed")
	}
	f.replay(t, "registerSSHKeyPair_dup_name")
	if _, err := cloudstack.Call(t.Context(), c, cloudstack.RegisterSSHKeyPair{Name: "k2", PublicKey: "ssh-ed25519 AAAA"}); !errors.Is(err, cloudstack.ErrExists) {
		t.Errorf("a second of the name: %v", err)
	}
	reset := newFake(t)
	jobs := reset.withJobs()
	reset.on("resetSSHKeyForVirtualMachine", func(c call) reply {
		return reply{body: obj{"resetSSHKeyforvirtualmachineresponse": obj{"jobid": jobs.add("", 0, 1, obj{"virtualmachine": obj{"id": "vm", "password": "hush"}})}}}
	})
	vm, err := cloudstack.Call(t.Context(), reset.client(), cloudstack.ResetSSHKeyForVirtualMachine{ID: "vm", KeyPairs: []string{"k1", "k2"}})
	if err != nil || vm.Password.Reveal() != "hush" || reset.log()[0].params["keypairs"] != "k1,k2" {
		t.Errorf("%+v, %v, sent %v", vm.Password, err, reset.log()[0].params)
	}
}

func machineLife(t *testing.T) {
	f := newFake(t).replay(t, "deployVirtualMachine_sg1", "startVirtualMachine", "stopVirtualMachine", "rebootVirtualMachine", "scaleVirtualMachine_stopped",
		"changeServiceForVirtualMachine_stopped", "updateVirtualMachine_running_displayname", "destroyVirtualMachine_user")
	jobs := f.withJobsBeside()
	machine := obj{"virtualmachine": obj{"id": "vm-1", "state": "Running", "password": "hush"}}
	for _, command := range []string{"restoreVirtualMachine", "resetPasswordForVirtualMachine", "migrateVirtualMachine"} {
		f.on(command, func(c call) reply { return ok(c.command, obj{"jobid": jobs.add("", 0, 1, machine)}) })
	}
	f.answer("recoverVirtualMachine", machine)
	f.on("expungeVirtualMachine", func(c call) reply { return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"success": true})}) })
	f.answer("getVMPassword", obj{"password": obj{"encryptedpassword": "b64"}})
	c, ctx := f.client(), t.Context()
	var machines []cloudstack.VirtualMachine
	var errs []error
	add := func(m cloudstack.VirtualMachine, err error) {
		machines, errs = append(machines, m), append(errs, err)
	}
	add(cloudstack.Call(ctx, c, deploy))
	add(cloudstack.Call(ctx, c, cloudstack.StopVirtualMachine{ID: "vm-1"}))
	add(cloudstack.Call(ctx, c, cloudstack.StartVirtualMachine{ID: "vm-1"}))
	add(cloudstack.Call(ctx, c, cloudstack.RebootVirtualMachine{ID: "vm-1"}))
	add(cloudstack.Call(ctx, c, cloudstack.ScaleVirtualMachine{ID: "vm-1", ServiceOfferingID: "o"}))
	add(cloudstack.Call(ctx, c, cloudstack.ChangeServiceForVirtualMachine{ID: "vm-1", ServiceOfferingID: "o"}))
	add(cloudstack.Call(ctx, c, cloudstack.UpdateVirtualMachine{ID: "vm-1", DisplayName: "x", SecurityGroupIDs: []cloudstack.ID{}}))
	add(cloudstack.Call(ctx, c, cloudstack.RestoreVirtualMachine{VirtualMachineID: "vm-1"}))
	add(cloudstack.Call(ctx, c, cloudstack.ResetPasswordForVirtualMachine{ID: "vm-1"}))
	add(cloudstack.Call(ctx, c, cloudstack.MigrateVirtualMachine{VirtualMachineID: "vm-1", HostID: "h"}))
	add(cloudstack.Call(ctx, c, cloudstack.DestroyVirtualMachine{ID: "vm-1", Expunge: cloudstack.Some(false)}))
	add(cloudstack.Call(ctx, c, cloudstack.RecoverVirtualMachine{ID: "vm-1"}))
	for i, m := range machines {
		if errs[i] != nil || m.ID == "" || m.State == "" {
			t.Errorf("command %d: machine %q in state %q, %v", i+1, m.ID, m.State, errs[i])
		}
	}
	if p := callsOf(f, "updateVirtualMachine")[0].all; !p.Has("securitygroupids") {
		t.Error("an empty list of groups is not sent")
	}
	if p := callsOf(f, "destroyVirtualMachine")[0].params; p["expunge"] != "false" {
		t.Errorf("destroyVirtualMachine sent %v", p)
	}
	if err := cloudstack.Exec(ctx, c, cloudstack.ExpungeVirtualMachine{ID: "vm-1"}); err != nil {
		t.Error(err)
	}
	if p, err := cloudstack.Call(ctx, c, cloudstack.GetVMPassword{ID: "vm-1"}); err != nil || p.EncryptedPassword.Reveal() != "b64" {
		t.Errorf("%v, %v", p, err)
	}
	f.replay(t, "destroyVirtualMachine_expunge_user")
	if _, err := cloudstack.Call(ctx, c, cloudstack.DestroyVirtualMachine{ID: "vm-1", Expunge: cloudstack.Some(true)}); !errors.Is(err, cloudstack.ErrForbidden) {
		t.Errorf("expunging as an ordinary user: %v", err)
	}
}

func interfaces(t *testing.T) {
	f := newFake(t).replay(t, "listNics", "addIpToNic", "removeIpFromNic")
	jobs := f.withJobsBeside()
	machine := obj{"virtualmachine": obj{"id": "vm", "nic": []any{obj{"id": "n1", "isdefault": true, "type": "Shared", "networkid": "net1", "ipaddress": "10.0.0.1"}, obj{"id": "n2", "type": "Isolated", "networkid": "net2"}}}}
	for _, command := range []string{"addNicToVirtualMachine", "removeNicFromVirtualMachine", "updateDefaultNicForVirtualMachine", "updateVmNicIp"} {
		f.on(command, func(c call) reply { return ok(c.command, obj{"jobid": jobs.add("", 0, 1, machine)}) })
	}
	c, ctx := f.client(), t.Context()
	recorded := cloudstack.ID(golden(t, "listNics").params["virtualmachineid"])
	nics, err := cloudstack.Collect(cloudstack.List(ctx, c, cloudstack.Nic{VirtualMachineID: recorded}))
	if err != nil || len(nics) == 0 || nics[0].VirtualMachineID != recorded || nics[0].MACAddress == "" || len(nics[0].SecondaryIPs) == 0 || nics[0].SecondaryIPs[0].ID == "" {
		t.Fatalf("%+v, %v", nics, err)
	}
	if _, err := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListNics{})); !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("without a machine: %v", err)
	}
	second, err := cloudstack.Call(ctx, c, cloudstack.AddIPToNic{NicID: "n1"})
	if err != nil || second.ID == "" || second.IPAddress == "" || second.NicID == "" {
		t.Errorf("%+v, %v", second, err)
	}
	if err := cloudstack.Exec(ctx, c, cloudstack.RemoveIPFromNic{ID: second.ID}); err != nil {
		t.Error(err)
	}
	vm, e1 := cloudstack.Call(ctx, c, cloudstack.AddNicToVirtualMachine{VirtualMachineID: "vm", NetworkID: "net2"})
	_, e2 := cloudstack.Call(ctx, c, cloudstack.UpdateDefaultNicForVirtualMachine{VirtualMachineID: "vm", NicID: "n2"})
	_, e3 := cloudstack.Call(ctx, c, cloudstack.UpdateVMNicIP{NicID: "n1", IPAddress: "10.0.0.9"})
	_, e4 := cloudstack.Call(ctx, c, cloudstack.RemoveNicFromVirtualMachine{VirtualMachineID: "vm", NicID: "n2"})
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		t.Fatal(err)
	}
	first, ok1 := vm.DefaultNic()
	byID, ok2 := vm.NicByID("n2")
	byNet, ok3 := vm.NicByNetwork("net2")
	isolated := vm.NicsByType("Isolated")
	if !ok1 || !ok2 || !ok3 || len(isolated) != 1 || first.ID != "n1" || byID.NetworkID != "net2" || byNet.ID != "n2" || vm.IP() != "10.0.0.1" {
		t.Errorf("look-ups in %+v", vm.Nics)
	}
	for _, n := range []cloudstack.Nic{first, byID, byNet, isolated[0]} {
		if n.VirtualMachineID != "vm" {
			t.Errorf("the machine of interface %s is not filled in", n.ID)
		}
	}
	if _, ok := vm.NicByID("n3"); ok || (cloudstack.VirtualMachine{}).IP() != "" {
		t.Error("an interface is found that is not there")
	}
}

func userData(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	io.WriteString(w, "#cloud-config\n")
	w.Close()
	for name, data := range map[string][]byte{"text": []byte("#cloud-config\n"), "zipped": zipped.Bytes()} {
		values, err := cloudstack.Encode(cloudstack.DeployVirtualMachine{UserData: data})
		if err != nil {
			t.Fatal(err)
		}
		f := newFake(t).answer("getVirtualMachineUserData", obj{"virtualmachineuserdata": obj{"userdata": values.Get("userdata")}})
		back, err := cloudstack.Call(t.Context(), f.client(), cloudstack.GetVirtualMachineUserData{VirtualMachineID: "vm"})
		if err != nil || !bytes.Equal(back.UserData, data) {
			t.Errorf("%s: came back as %x, %v", name, []byte(back.UserData), err)
		}
		if text, err := back.UserData.Text(); err != nil || text != "#cloud-config\n" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		twice := deploy
		twice.UserData = []byte(values.Get("userdata"))
		if err := cloudstack.Validate(twice); !errors.Is(err, cloudstack.ErrInvalid) {
			t.Errorf("%s: encoded already: %v", name, err)
		}
	}
	if _, err := cloudstack.UserData("\x1f\x8bnonsense").Text(); err == nil {
		t.Error("broken gzip passes")
	}
	if err := cloudstack.Validate(cloudstack.UpdateVirtualMachine{ID: "x", UserData: []byte("plain words")}); err != nil {
		t.Error(err)
	}
	f := newFake(t).replay(t, "deploy_userdata_toobig_POST")
	big := deploy
	big.UserData = bytes.Repeat([]byte("x"), 40000)
	if _, err := cloudstack.Start(t.Context(), f.client(), big); !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("too long for the server: %v", err)
	}
}
