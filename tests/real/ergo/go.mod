module kith/tests/real/ergo

go 1.20

require github.com/ergo-services/ergo v1.999.224
