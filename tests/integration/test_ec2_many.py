# SPDX-License-Identifier: MIT
"""Strategy ec2 with a thousand instances of moto, which returns them in pages."""

from ec2_lab import OnEc2
from lab import main


class Many(OnEc2):
    def test_a_thousand_in_four_pages(self):
        addresses = [address for _ in range(1000) for _, address in self.moto.run(1, cluster=self.team)]
        before = self.moto.asked()
        kith = self.start(polling_interval=60000)
        self.sees(kith, addresses, 90)
        self.assertEqual(self.moto.asked() - before, 4)


main()
