# SPDX-License-Identifier: MIT
"""Strategy ec2 finds and follows the instances of moto, which computes signatures by botocore and compares them with kith's."""

import signal

from ec2_lab import KEYS, OnEc2
from lab import main
from moto import REGION
from waiting import wait_until


class Instances(OnEc2):
    def test_they_are_started_stopped_terminated_and_retagged(self):
        (first, one), (second, two) = self.moto.run(2, cluster=self.team)
        self.moto.run(1, cluster="other")
        kith = self.start()
        self.sees(kith, [one, two])
        ((third, three),) = self.moto.run(1, cluster=self.team)
        self.sees(kith, [one, two, three])
        self.moto.stop(first)
        self.sees(kith, [two, three])
        self.moto.start(first)
        self.sees(kith, [one, two, three])
        self.moto.terminate(second)
        self.sees(kith, [one, three])
        self.moto.tag(third, "cluster", "other")
        self.sees(kith, [one])
        self.moto.tag(third, "cluster", self.team)
        self.sees(kith, [one, three])
        self.assertEqual(kith.found("observation.failed"), [])

    def test_values_in_a_list_and_with_an_asterisk(self):
        ((_, one),) = self.moto.run(1, cluster=f"{self.team}-a")
        ((_, two),) = self.moto.run(1, cluster=f"{self.team}-b")
        self.moto.run(1, cluster=self.team)
        self.sees(self.start(ec2_tagvalue=[f"{self.team}-a", f"{self.team}-b"]), [one, two])
        self.sees(self.start(ec2_tagvalue=f"{self.team}-*"), [one, two])

    def test_other_addresses(self):
        self.moto.run(1, cluster=self.team)
        for kind, pattern in (("public", r"app@54\.[0-9.]+"), ("private_dns", r"app@ip-[0-9-]+\.ec2\.internal"),
                              ("public_dns", r"app@ec2-[0-9-]+\.compute-1\.amazonaws\.com")):
            with self.subTest(kind):
                kith = self.start(ip_type=kind)
                self.assertRegex(kith.wait("peer.discovered")["peer"], f"^{pattern}$")
        found = self.lab.command("discover", self.lab.write("six.json", self.config(
            ec2_tagvalue=self.team, region=REGION, ip_type="ipv6")), **KEYS)
        self.assertRegex(found.stdout, "1: the instance is running but has no address of ip_type ipv6")


class Access(OnEc2):
    def test_region_and_role_of_motos_metadata_service(self):
        ((_, one),) = self.moto.run(1, cluster=self.team)
        kith = self.run_kith({}, ec2_tagvalue=self.team, metadata=self.moto.url)
        self.sees(kith, [one])

    def test_this_instances_own_tag(self):
        (mine, one), (_, two) = self.moto.run(2, cluster=self.team)
        ((_, three),) = self.moto.run(1, cluster=f"{self.team}-b")
        imds = self.imds(**{"instance-id": mine})
        kith = self.run_kith({}, metadata=imds.url)
        self.sees(kith, [one, two])
        self.moto.tag(mine, "cluster", f"{self.team}-b")
        self.sees(kith, [one, three])
        self.assertEqual([code for _, _, code in imds.asked if code != 200], [])
        self.assertEqual(imds.asked[0][:2], ("PUT", "/latest/api/token"))

    def test_a_session_that_the_metadata_service_has_forgotten(self):
        ((mine, one),) = self.moto.run(1, cluster=self.team)
        imds = self.imds(**{"instance-id": mine})
        imds.keys(-1)  # whoever looks at them asks for others
        kith = self.run_kith({}, metadata=imds.url)
        self.sees(kith, [one])
        imds.tokens.clear()
        forgotten = len(imds.asked)

        def codes():
            return [(method, code) for method, _, code in imds.asked[forgotten:]]
        wait_until(lambda: len(codes()) >= 4, "it to ask the metadata service again", describe=kith.tail)
        self.assertEqual(codes()[:4], [("GET", 401), ("PUT", 200), ("GET", 200), ("GET", 200)])
        self.assertEqual(kith.found("observation.failed"), [])

    def test_signatures_and_permissions(self):
        ((_, one),) = self.moto.run(1, cluster=self.team)
        may = self.moto.user(f"{self.team}-may", "ec2:DescribeInstances")
        may_not = self.moto.user(f"{self.team}-may-not", "ec2:DescribeRegions")
        self.moto.check(True)  # by botocore: nobody but a signer may ask from here on
        self.addCleanup(self.moto.check, False)
        self.sees(self.start(may), [one])
        # What moto calls AccessDenied EC2 calls UnauthorizedOperation.
        for environment, pattern in ((may_not, r"403.*ec2:DescribeInstances"),
                                     ({**may, "AWS_SECRET_ACCESS_KEY": "wrong"}, r"401 \(AuthFailure\): the credentials are not valid")):
            kith = self.start(environment)
            self.reason_is_told(kith, kith.wait("observation.failed"), pattern)

    def test_not_on_ec2(self):
        kith = self.run_kith({}, metadata="http://127.0.0.1:1")
        self.reason_is_told(kith, kith.wait("observation.failed"),
                            r"no metadata service at http://127\.0\.0\.1:1: kith does not run on EC2, or may not access the service; configure `region` and")


class BadDays(OnEc2):
    def test_the_api_is_away_and_back(self):
        ((_, one),) = self.moto.run(1, cluster=self.team)
        kith = self.start()
        self.sees(kith, [one])
        self.moto.signal(signal.SIGSTOP)
        self.quiet(kith, 2, "peer.lost")
        self.assertEqual(self.present(kith), {f"app@{one}"})
        self.moto.signal(signal.SIGCONT)
        ((_, two),) = self.moto.run(1, cluster=self.team)
        self.sees(kith, [one, two])

    def test_an_endpoint_where_nobody_is(self):
        kith = self.start(endpoint="http://127.0.0.1:1")
        self.reason_is_told(kith, kith.wait("observation.failed"), r"http://127\.0\.0\.1:1/: .*nobody listens there")


main()
