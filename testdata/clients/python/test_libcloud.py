"""Apache's libcloud, which hides clouds behind one interface, at work against a cloud."""

import unittest

from libcloud.common.types import ProviderError
from libcloud.compute.base import NodeSize
from libcloud.compute.providers import get_driver
from libcloud.compute.types import KeyPairDoesNotExistError, NodeState, Provider

import cloud


class LibcloudTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = get_driver(Provider.CLOUDSTACK)(cloud.KEY, cloud.SECRET_KEY, url=cloud.ENDPOINT, secure=False)
        cls.driver.connection.poll_interval = cloud.PATIENCE
        cls.grouped = next(z for z in cls.driver.list_locations() if z.name == "sg1")
        cls.isolated = next(z for z in cls.driver.list_locations() if z.name == "adv1")
        cls.tiny = cls.size("tiny")
        cls.image = cls.driver.list_images(cls.grouped)[0]

    @classmethod
    def size(cls, name):
        """A size by name: list_sizes fails where an offering leaves the CPU to the user, as one of this cloud does."""
        [it] = cls.driver._sync_request("listServiceOfferings", params={"name": name})["serviceoffering"]
        return NodeSize(it["id"], it["name"], it["memory"], 0, 0, 0, cls.driver)

    def deploy(self, name, **more):
        more = {"location": self.grouped, "ex_start_vm": True, **more}
        return self.driver.create_node(name, self.tiny, self.image, **more)

    def test_node_has_what_it_was_created_with(self):
        key = self.driver.create_key_pair("libcloud-node")
        self.assertTrue(key.private_key.startswith("-----BEGIN "))
        self.driver.ex_create_security_group("libcloud-node")
        kind = next(t for t in self.driver.ex_list_affinity_group_types() if t.type == "host anti-affinity")
        apart = self.driver.ex_create_affinity_group("libcloud-node", kind)
        node = self.deploy(
            "libcloud-node",
            ex_keyname=key.name,
            ex_security_groups=["libcloud-node"],
            ex_affinity_groups=[apart],
            ex_userdata="#cloud-config\n",
            ex_displayname="made by libcloud",
        )
        self.assertEqual(node.state, NodeState.RUNNING)
        self.assertEqual(len(node.private_ips), 1)
        listed = next(n for n in self.driver.list_nodes() if n.id == node.id)
        self.assertEqual(listed.name, "libcloud-node")
        self.assertEqual(listed.extra["security_group"], ["libcloud-node"])
        self.assertEqual(listed.extra["affinity_group"], [apart.id])
        self.assertEqual(listed.private_ips, node.private_ips)
        self.assertEqual(self.driver.ex_get_node(node.id).name, node.name)

        self.assertTrue(self.driver.ex_create_tags([node.id], "UserVm", {"role": "web", "stage": "test"}))
        self.assertEqual(self.driver.ex_get_node(node.id).extra["tags"], {"role": "web", "stage": "test"})
        self.assertTrue(self.driver.ex_delete_tags([node.id], "UserVm", ["stage"]))
        self.assertEqual(self.driver.ex_get_node(node.id).extra["tags"], {"role": "web"})

        self.assertEqual(self.driver.ex_stop(node), "Stopped")
        bigger = self.size("tiny2")
        self.assertEqual(self.driver.ex_change_node_size(node, bigger), bigger.id)
        self.assertEqual(self.driver.ex_start(node), "Running")
        self.assertTrue(self.driver.reboot_node(node))
        self.assertTrue(self.driver.destroy_node(node))
        self.assertNotIn(node.id, [n.id for n in self.driver.list_nodes()])
        self.driver.delete_key_pair(key)
        self.assertRaises(KeyPairDoesNotExistError, self.driver.get_key_pair, key.name)
        self.assertTrue(self.driver.ex_delete_affinity_group(apart))

    def test_security_group_rules_come_and_go(self):
        group = self.driver.ex_create_security_group("libcloud-rules", description="rules by libcloud")
        self.driver.ex_authorize_security_group_ingress("libcloud-rules", "tcp", "192.0.2.0/24", 80, 81)
        self.driver.ex_authorize_security_group_ingress("libcloud-rules", "icmp", "0.0.0.0/0")
        [live] = self.driver.ex_list_security_groups(id=group["id"])
        self.assertEqual(live["description"], "rules by libcloud")
        self.assertEqual(
            sorted((r["protocol"], r.get("startport"), r.get("endport"), r["cidr"]) for r in live["ingressrule"]),
            [("icmp", None, None, "0.0.0.0/0"), ("tcp", 80, 81, "192.0.2.0/24")],
        )
        for rule in live["ingressrule"]:
            self.assertTrue(self.driver.ex_revoke_security_group_ingress(rule["ruleid"]))
        self.assertTrue(self.driver.ex_delete_security_group("libcloud-rules"))
        self.assertEqual(self.driver.ex_list_security_groups(securitygroupname="libcloud-rules"), [])

    def test_keys_are_imported_and_listed(self):
        key = self.driver.import_key_pair_from_string("libcloud-key", cloud.PUBLIC_KEY)
        self.assertEqual(self.driver.get_key_pair("libcloud-key").fingerprint, key.fingerprint)
        self.assertIn("libcloud-key", [k.name for k in self.driver.list_key_pairs()])
        self.driver.delete_key_pair(key)

    def test_node_is_on_a_network_of_its_own(self):
        offering = next(o for o in self.driver.ex_list_network_offerings() if o.name == "DefaultIsolatedNetworkOfferingWithSourceNatService")
        network = self.driver.ex_create_network("by libcloud", "libcloud-network", offering, self.isolated)
        self.assertIn(network.id, [n.id for n in self.driver.ex_list_networks()])
        address = self.driver.ex_allocate_public_ip(network_id=network.id, location=self.isolated)
        self.assertIn(address.address, [a.address for a in self.driver.ex_list_public_ips()])
        node = self.deploy("libcloud-network", location=self.isolated, networks=[network])
        rule = self.driver.ex_create_port_forwarding_rule(node, address, 22, 2222, "TCP")
        listed = next(n for n in self.driver.list_nodes() if n.id == node.id)
        self.assertEqual([r.public_port for r in listed.extra["port_forwarding_rules"]], ["2222"])
        self.assertIn(address.address, listed.public_ips)
        self.assertTrue(self.driver.ex_delete_port_forwarding_rule(node, rule))
        self.assertTrue(self.driver.destroy_node(node))

    def test_refusals_are_errors(self):
        with self.assertRaises(ProviderError) as refusal:
            self.deploy("1 is no host name")
        self.assertEqual(refusal.exception.http_code, 431)
        huge = self.size("huge")
        with self.assertRaisesRegex(Exception, "No destination found"):
            self.driver.create_node("libcloud-huge", huge, self.image, location=self.grouped, ex_start_vm=True)


if __name__ == "__main__":
    unittest.main()
