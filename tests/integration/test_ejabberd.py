# SPDX-License-Identifier: MIT
"""ejabberd of the installed package."""

from ejabberd_cases import Ejabberd
from lab import main
from otp_releases import of_installed_release

of_installed_release(globals(), Ejabberd)
del Ejabberd

if __name__ == "__main__":
    main()
