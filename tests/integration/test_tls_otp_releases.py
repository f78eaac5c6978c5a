# SPDX-License-Identifier: MIT
"""TLS distribution with the releases of OTP in the root directories that `tests/real/prepare otp` creates."""

from lab import main
from otp_releases import of_mixed_releases, of_prepared_releases
from tls_cases import ClientOptions, Forming, Mixed, Peers, Refused

of_prepared_releases(globals(), Forming, Refused, Peers, ClientOptions)
of_mixed_releases(globals(), Mixed)
del Forming, Refused, Peers, ClientOptions, Mixed

if __name__ == "__main__":
    main()
