# SPDX-License-Identifier: MIT
"""TLS distribution with the installed release of OTP."""

from lab import main
from otp_releases import of_installed_release
from tls_cases import Forming, Peers, Refused

of_installed_release(globals(), Forming, Refused, Peers)
del Forming, Refused, Peers

if __name__ == "__main__":
    main()
