module peerdir

go 1.19
