# SPDX-License-Identifier: MIT
"""RabbitMQ of the installed package."""

from lab import main
from otp_releases import of_installed_release
from rabbitmq_cases import RabbitMq

of_installed_release(globals(), RabbitMq)
del RabbitMq

if __name__ == "__main__":
    main()
