"""PyPI's cs, a thin client that sends any command, at work against a cloud."""

import base64
import json
import os
import subprocess
import sys
import unittest

from cs import CloudStack, CloudStackApiException

import cloud


class CSTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cs = CloudStack(
            endpoint=cloud.ENDPOINT,
            key=cloud.KEY,
            secret=cloud.SECRET_KEY,
            poll_interval=cloud.PATIENCE,
            fetch_result=True,
        )
        zones = cls.cs.listZones(fetch_list=True)
        cls.grouped = next(z["id"] for z in zones if z["securitygroupsenabled"])
        cls.isolated = next(z["id"] for z in zones if not z["securitygroupsenabled"])
        offerings = cls.cs.listServiceOfferings(name="tiny", fetch_list=True)
        cls.tiny = next(o["id"] for o in offerings if o["name"] == "tiny")
        templates = cls.cs.listTemplates(templatefilter="executable", zoneid=cls.grouped, fetch_list=True)
        cls.template = templates[0]["id"]

    def deploy(self, name, **more):
        parameters = {"zoneid": self.grouped, "serviceofferingid": self.tiny, "templateid": self.template, **more}
        return self.cs.deployVirtualMachine(name=name, **parameters)["virtualmachine"]

    def refused(self, code):
        """A context in which a call must fail with an error code, at once or by its job."""
        outer = self

        class Refusal:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, trace):
                outer.assertIsInstance(error, CloudStackApiException)
                self.error = error.error.get("jobresult", error.error)
                outer.assertEqual(self.error["errorcode"], code, error)
                return True

        return Refusal()

    def test_machine_has_what_it_was_deployed_with(self):
        key = self.cs.createSSHKeyPair(name="cs-machine")["keypair"]
        self.assertTrue(key["privatekey"].startswith("-----BEGIN "))
        group = self.cs.createSecurityGroup(name="cs-machine")["securitygroup"]
        apart = self.cs.createAffinityGroup(name="cs-machine", type="host anti-affinity")["affinitygroup"]
        vm = self.deploy(
            "cs-machine",
            keypair=key["name"],
            securitygroupids=[group["id"]],
            affinitygroupids=[apart["id"]],
            userdata=base64.b64encode(b"#cloud-config\n").decode(),
            details={"made.by": "cs"},
        )
        self.assertEqual(vm["state"], "Running")
        [listed] = self.cs.listVirtualMachines(id=vm["id"], fetch_list=True)
        self.assertEqual(listed["name"], "cs-machine")
        self.assertEqual(listed["keypairs"], key["name"])
        self.assertEqual([g["name"] for g in listed["securitygroup"]], ["cs-machine"])
        self.assertEqual([g["name"] for g in listed["affinitygroup"]], ["cs-machine"])
        self.assertEqual(listed["details"]["made.by"], "cs")
        self.assertEqual(self.cs.stopVirtualMachine(id=vm["id"])["virtualmachine"]["state"], "Stopped")
        cleared = self.cs.updateVMAffinityGroup(id=vm["id"], affinitygroupids="")["virtualmachine"]
        self.assertEqual(cleared["affinitygroup"], [])
        self.assertEqual(self.cs.startVirtualMachine(id=vm["id"])["virtualmachine"]["state"], "Running")
        self.cs.destroyVirtualMachine(id=vm["id"])
        self.assertEqual(self.cs.listVirtualMachines(id=vm["id"]), {})
        with self.refused(536):  # until the machine is expunged
            self.cs.deleteSecurityGroup(id=group["id"])
        self.assertTrue(self.cs.deleteAffinityGroup(id=apart["id"])["success"])
        self.assertTrue(self.cs.deleteSSHKeyPair(name=key["name"])["success"])

    def test_security_group_rules_come_and_go(self):
        group = self.cs.createSecurityGroup(name="cs-rules", description="rules by cs")["securitygroup"]
        made = self.cs.authorizeSecurityGroupIngress(
            securitygroupid=group["id"], protocol="tcp", startport=22, endport=22, cidrlist=["192.0.2.0/24", "198.51.100.0/24"]
        )["securitygroup"]
        self.assertEqual(sorted(r["cidr"] for r in made["ingressrule"]), ["192.0.2.0/24", "198.51.100.0/24"])
        self.cs.authorizeSecurityGroupIngress(
            securitygroupid=group["id"],
            protocol="udp",
            startport=500,
            endport=501,
            usersecuritygrouplist=[{"account": group["account"], "group": group["name"]}],
        )
        self.cs.authorizeSecurityGroupEgress(
            securitygroupid=group["id"], protocol="icmp", icmptype=-1, icmpcode=-1, cidrlist="0.0.0.0/0"
        )
        [live] = self.cs.listSecurityGroups(securitygroupname="cs-rules", fetch_list=True)
        self.assertEqual(
            sorted((r["protocol"], r["startport"], r.get("cidr") or r.get("securitygroupname")) for r in live["ingressrule"]),
            [("tcp", 22, "192.0.2.0/24"), ("tcp", 22, "198.51.100.0/24"), ("udp", 500, "cs-rules")],
        )
        self.assertEqual([(r["protocol"], r["icmptype"], r["icmpcode"]) for r in live["egressrule"]], [("icmp", -1, -1)])
        with self.refused(536):
            self.cs.deleteSecurityGroup(id=group["id"])
        for rule in live["ingressrule"]:
            self.assertTrue(self.cs.revokeSecurityGroupIngress(id=rule["ruleid"])["success"])
        self.assertTrue(self.cs.revokeSecurityGroupEgress(id=live["egressrule"][0]["ruleid"])["success"])
        self.assertTrue(self.cs.deleteSecurityGroup(id=group["id"])["success"])
        self.assertEqual(self.cs.listSecurityGroups(securitygroupname="cs-rules"), {})

    def test_tags_are_created_listed_and_deleted(self):
        group = self.cs.createSecurityGroup(name="cs-tags")["securitygroup"]
        of = {"resourceids": [group["id"]], "resourcetype": "SecurityGroup"}
        tags = {"a role": "web * ü", "stage": "test"}
        self.cs.createTags(tags=[{"key": k, "value": v} for k, v in tags.items()], **of)
        listed = self.cs.listTags(resourceid=group["id"], resourcetype="SecurityGroup", fetch_list=True)
        self.assertEqual({t["key"]: t["value"] for t in listed}, tags)
        with self.refused(530):
            self.cs.createTags(tags=[{"key": "stage", "value": "other"}], **of)
        with self.refused(530):
            self.cs.deleteTags(tags=[{"key": "stage", "value": "other"}], **of)
        self.cs.deleteTags(tags=[{"key": "stage", "value": "test"}], **of)
        listed = self.cs.listTags(resourceid=group["id"], resourcetype="SecurityGroup", fetch_list=True)
        self.assertEqual([t["key"] for t in listed], ["a role"])

    def test_keys_are_registered_and_listed(self):
        key = self.cs.registerSSHKeyPair(name="cs-key", publickey=cloud.PUBLIC_KEY)["keypair"]
        [listed] = self.cs.listSSHKeyPairs(name="cs-key", fetch_list=True)
        self.assertEqual(listed["fingerprint"], key["fingerprint"])
        with self.refused(431):
            self.cs.registerSSHKeyPair(name="cs-key", publickey=cloud.PUBLIC_KEY)
        self.cs.deleteSSHKeyPair(name="cs-key")

    def test_address_is_static_nat_of_a_machine(self):
        [offering] = self.cs.listNetworkOfferings(name="DefaultIsolatedNetworkOfferingWithSourceNatService", fetch_list=True)
        network = self.cs.createNetwork(name="cs-nat", displaytext="cs", zoneid=self.isolated, networkofferingid=offering["id"])["network"]
        first, second = (self.cs.associateIpAddress(networkid=network["id"])["ipaddress"] for _ in range(2))
        vm = self.deploy("cs-nat", zoneid=self.isolated, networkids=[network["id"]])
        self.assertTrue(self.cs.enableStaticNat(ipaddressid=second["id"], virtualmachineid=vm["id"])["success"])
        [live] = self.cs.listPublicIpAddresses(id=second["id"], fetch_list=True)
        self.assertEqual((live["isstaticnat"], live["virtualmachineid"]), (True, vm["id"]))
        with self.refused(530):  # the source NAT of the network
            self.cs.disassociateIpAddress(id=first["id"])
        self.cs.disassociateIpAddress(id=second["id"])
        self.assertEqual([a["id"] for a in self.cs.listPublicIpAddresses(associatednetworkid=network["id"], fetch_list=True)], [first["id"]])
        self.cs.destroyVirtualMachine(id=vm["id"])

    def test_job_is_asked_for_by_its_id(self):
        started = self.cs.deployVirtualMachine(
            name="cs-job", zoneid=self.grouped, serviceofferingid=self.tiny, templateid=self.template, fetch_result=False
        )
        done = {"jobstatus": 0}
        while done["jobstatus"] == 0:
            done = self.cs.queryAsyncJobResult(jobid=started["jobid"], fetch_result=False)
        self.assertEqual(done["jobstatus"], 1)
        self.assertEqual(done["jobresult"]["virtualmachine"]["id"], started["id"])
        self.cs.destroyVirtualMachine(id=started["id"])

    def test_refusals_carry_their_code(self):
        with self.refused(431):
            self.deploy("1 is no host name")
        with self.refused(401):
            CloudStack(endpoint=cloud.ENDPOINT, key=cloud.KEY, secret="not the secret").listZones()
        with self.refused(401):  # as the server says of commands that it does not know
            self.cs.noSuchCommand()

    def test_post_is_understood_too(self):
        posting = CloudStack(endpoint=cloud.ENDPOINT, key=cloud.KEY, secret=cloud.SECRET_KEY, method="post")
        self.assertEqual(posting.listZones(), self.cs.listZones())

    def test_command_line_prints_json(self):
        names = {"CLOUDSTACK_ENDPOINT": cloud.ENDPOINT, "CLOUDSTACK_KEY": cloud.KEY, "CLOUDSTACK_SECRET": cloud.SECRET_KEY}
        run = subprocess.run(
            [sys.executable, "-m", "cs", "listZones"], env={**os.environ, **names}, capture_output=True, text=True, check=True
        )
        self.assertEqual(json.loads(run.stdout), self.cs.listZones())


if __name__ == "__main__":
    unittest.main()
