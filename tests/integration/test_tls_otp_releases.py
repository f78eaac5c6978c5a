# SPDX-License-Identifier: MIT
"""TLS distribution with the releases of OTP in the root directories that `tests/real/prepare otp` creates."""

from lab import main
from otp_releases import of_prepared_releases
from tls_cases import ClientOptions, Forming, Peers, Refused

of_prepared_releases(globals(), Forming, Refused, Peers, ClientOptions)
del Forming, Refused, Peers, ClientOptions

if __name__ == "__main__":
    main()
