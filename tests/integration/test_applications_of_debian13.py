# SPDX-License-Identifier: MIT
"""RabbitMQ and ejabberd of Debian 13, in the root directory that `tests/real/prepare otp-trixie` creates."""

from ejabberd_cases import Ejabberd
from lab import main
from otp_releases import of_debian13
from rabbitmq_cases import RabbitMq

of_debian13(globals(), Ejabberd, RabbitMq)
del Ejabberd, RabbitMq

if __name__ == "__main__":
    main()
